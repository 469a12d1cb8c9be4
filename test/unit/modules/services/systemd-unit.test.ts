import assert from 'node:assert/strict'
import { type SystemdUnitArgs, service, serviceRestart, systemdUnit } from '../../../../lib/modules/index.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { runOn } from '../../../support/run-on.ts'
import { type Systemd, startSystemd } from '../../../support/systemd.ts'
import { type Done, SHELLS, converge, run } from '../driver.ts'

const ROOT = process.getuid?.() === 0
const SLEEP = '[Service]\nExecStart=/bin/sleep 1000\n'
const INSTALL = '\n[Install]\nWantedBy=multi-user.target\n'
/** What changes where a file is made. */
const NEW = ['content', 'mode', 'owner', 'group']
const FOLDER = '/etc/systemd/system'

const app = (args: Partial<SystemdUnitArgs> = {}) =>
  systemdUnit('it', { name: 'rp-app', content: SLEEP, ...args })
const whatOf = ({ changes }: Done): string[] => changes.map(({ what }) => what)
/** It did what it said, and foretold all that can be asked of it. */
function assertRight(done: Done, changes: readonly string[]): void {
  assert.deepEqual([whatOf(done), done.left, done.wrong], [changes, [], []])
}

for (const [name, inner] of Object.entries(SHELLS)) {
  describe(`systemdUnit on a host that does not run systemd, under ${name}`, function () {
    let host: Namespace
    before(async function () {
      if (!ROOT) this.skip()
      host = await makeNamespace(['--mount'], `mount -t tmpfs none ${FOLDER} && mount -t tmpfs none /run`)
    })
    after(() => host?.remove())
    const shell = () => [...host.enter, ...inner]
    const of = (args?: Partial<SystemdUnitArgs>) => converge(app(args), shell())
    const print = async (script: string): Promise<string> =>
      (await run([...host.enter, 'sh'], { script })).stdout.toString()
    const there = (): Promise<string> =>
      print(`cd ${FOLDER} && find . ! -name . -exec stat -c '%n %a %U:%G' {} + | sort`)

    it('writes a unit, mends it, and removes it', async () => {
      assertRight(await of(), NEW)
      assert.equal(await there(), './rp-app.service 644 root:root\n')
      assertRight(await of(), [])
      await print(`chmod 600 ${FOLDER}/rp-app.service; chown 1:1 ${FOLDER}/rp-app.service`)
      assertRight(await of(), ['mode', 'owner', 'group'])
      const changed = await of({ content: '[Service]\nExecStart=/bin/true' })
      assertRight(changed, ['content'])
      assert.deepEqual(changed.plan.changes[0]?.body?.wanted, '[Service]\nExecStart=/bin/true\n')
      assertRight(await of({ state: 'absent', content: undefined }), ['state'])
      assertRight(await of({ state: 'absent', content: undefined }), [])
      assert.equal(await there(), '')
    })

    it('writes a drop-in and its folder', async () => {
      const dropIn = { dropIn: 'limits', content: '[Service]\nMemoryMax=1G\n' }
      assertRight(await of({ ...dropIn, state: 'absent' }), [])
      assertRight(await of(dropIn), NEW)
      assert.equal(
        await there(),
        './rp-app.service.d 755 root:root\n./rp-app.service.d/limits.conf 644 root:root\n',
      )
      assertRight(await of(dropIn), [])
      assertRight(await of({ ...dropIn, state: 'absent' }), ['state'])
      assertRight(await of({ ...dropIn, state: 'absent' }), [])
    })

    it('neither follows a link nor removes a folder', async () => {
      await print(`ln -s /dev/null ${FOLDER}/rp-masked.service; mkdir ${FOLDER}/rp-folder.timer`)
      for (const unit of ['rp-masked', 'rp-folder.timer'])
        for (const state of ['present', 'absent'] as const)
          await assert.rejects(of({ name: unit, state }), { code: 'E_OTHER_KIND' })
    })

    it('leaves the file as it is when systemd refuses the text', async function () {
      if ((await run(shell(), { script: 'command -v systemd-analyze' })).code !== 0) this.skip()
      await of()
      const refused: Readonly<Record<string, [Partial<SystemdUnitArgs>, RegExp]>> = {
        'a misspelled key': [
          { content: `${SLEEP}Restrt=always\n` },
          /rp-app.service:3: Unknown key 'Restrt'/,
        ],
        'a wrong value': [{ content: `${SLEEP}Restart=alwys\n` }, /rp-app.service:3: Failed to parse/],
        'no command': [{ content: '[Service]\nType=simple\n' }, /rp-app.service: Service has no ExecStart=/],
        'a program that is not there': [
          { content: '[Service]\nExecStart=/bin/rp-none\n' },
          /rp-app.service: Command \/bin\/rp-none is not executable/,
        ],
        'a template': [
          { name: 'rp-app@', content: '[Service]\nExecStart=/bin/rp-none %i\n' },
          /rp-app@\w+.service: Command/,
        ],
        'a timer': [{ name: 'rp-app.timer', content: '[Timer]\nOnCalendar=dly\n' }, /rp-app.timer:2: Failed/],
        'a drop-in': [
          { dropIn: 'limits', content: '[Service]\nMemoryMx=1G\n' },
          /rp-app.service.d\/limits.conf:2: Unknown key/,
        ],
        'a drop-in that breaks the unit': [
          { dropIn: 'limits', content: '[Service]\nExecStart=\n' },
          /rp-app.service: Service has no ExecStart=/,
        ],
      }
      for (const [what, [args, message]] of Object.entries(refused)) {
        await assert.rejects(of(args), (error: Error) => {
          assert.match(error.message, message, what)
          assert.match(error.message, /\nsystemd-analyze refuses the text: .*rp-app/, what)
          return true
        })
      }
      assert.equal(await print(`cat ${FOLDER}/rp-app.service`), SLEEP)
      assert.equal(await print(`find ${FOLDER} -type f`), `${FOLDER}/rp-app.service\n`)
      assert.equal(await print('ls -d /tmp/*/rp-app*.* 2>/dev/null'), '')
    })

    it('writes a text that is not checked, or names units that are not there yet', async () => {
      await of()
      assertRight(await of({ content: `${SLEEP}NewerKey=1\n`, verify: false }), ['content'])
      assertRight(await of({ content: `[Unit]\nRequires=rp-none.socket\n\n${SLEEP}` }), ['content'])
      assertRight(await of({ name: 'rp-none', dropIn: 'x', content: '[Servce]\nA=1\n' }), NEW)
    })
  })
}

describe('systemdUnit on a host that runs systemd', function () {
  let host: Systemd
  before(async function () {
    if (!ROOT) this.skip()
    host = await startSystemd()
  })
  after(() => host?.stop())
  const shell = () => [...host.enter, 'dash']
  const of = (args?: Partial<SystemdUnitArgs>) => converge(app(args), shell())
  const print = async (script: string): Promise<string> => {
    const { code, stdout, stderr } = await run(shell(), { script })
    assert.equal(code, 0, stderr.toString())
    return stdout.toString()
  }
  const needsReload = (unit: string) => print(`systemctl show --value -p NeedDaemonReload ${unit}`)
  /** Makes the unit anew, so that each test begins alike. */
  const fresh = async (): Promise<void> => {
    await print(
      `systemctl stop 'rp-*'; rm -rf ${FOLDER}/rp-* ${FOLDER}/*.wants; systemctl daemon-reload; systemctl reset-failed`,
    )
  }
  beforeEach(fresh)

  it('has a new unit read, and foretells what it is', async () => {
    for (const [name, content] of [
      ['rp-app', SLEEP],
      ['rp-once.service', `${SLEEP} Type = oneshot \n#Type=exec\nType=none\n`],
      ['rp-two', `${SLEEP}Type=exec\n${INSTALL}`],
      ['rp-none', '[Service]\nExecStop=/bin/true\nRemainAfterExit=yes\n'],
      ['rp-app.timer', `[Timer]\nOnCalendar=daily\n${INSTALL}`],
      ['rp-dead.target', '[Unit]\nDescription=none\n'],
    ] as const) {
      const done = await of({ name, content, verify: false })
      assertRight(done, NEW)
      assert.ok(
        done.plan.leaves?.some(({ question }) => question.reader.name === 'service'),
        name,
      )
    }
  })

  it('has a change of a unit that runs read, and leaves it running', async () => {
    await of()
    await print('systemctl start rp-app')
    const done = await of({ content: `${SLEEP}Type=exec\n` })
    assertRight(done, ['content'])
    assert.ok(done.plan.leaves?.some(({ question }) => question.reader.name === 'service'))
    assert.equal(await needsReload('rp-app'), 'no\n')
    assert.equal(await print('systemctl show --value -p ActiveState,Type rp-app'), 'exec\nactive\n')
  })

  it('has a drop-in read, and its removal', async () => {
    await of()
    await print('systemctl start rp-app')
    const dropIn = { dropIn: 'limits', content: '[Service]\nMemoryMax=1G\n' }
    assertRight(await of(dropIn), NEW)
    assert.equal(await print('systemctl show --value -p MemoryMax rp-app'), '1073741824\n')
    assertRight(await of({ ...dropIn, state: 'absent' }), ['state'])
    assert.equal(await print('systemctl show --value -p MemoryMax rp-app'), 'infinity\n')
  })

  it('has a file read that an earlier run wrote and did not have read', async () => {
    await of()
    await print('systemctl start rp-app')
    const content = '[Service]\nExecStart=/bin/sleep 2000\n'
    await print(`cat >${FOLDER}/rp-app.service <<'E'\n${content}E\nchmod 644 ${FOLDER}/rp-app.service`)
    assert.equal(await needsReload('rp-app'), 'yes\n')
    assertRight(await of({ content }), ['unit file'])
    assertRight(await of({ content }), [])
    await print(`rm ${FOLDER}/rp-app.service`)
    assertRight(await of({ state: 'absent' }), ['unit file'])
    assertRight(await of({ state: 'absent' }), [])
  })

  it('sees that an instance of a template has to be read', async () => {
    const template = { name: 'rp-app@', content: '[Service]\nExecStart=/bin/sleep %i\n' }
    assertRight(await of(template), NEW)
    await print(
      `systemctl start rp-app@1000; sleep 0; printf '[Unit]\\nDescription=x\\n' >>${FOLDER}/rp-app@.service`,
    )
    const content = `${template.content}[Unit]\nDescription=x\n`
    assertRight(await of({ ...template, content }), ['unit file'])
    assert.equal(await needsReload('rp-app@1000'), 'no\n')
    assertRight(await of({ ...template, content }), [])
  })

  it('foretells nothing of a unit that something enables already', async () => {
    await print(`mkdir ${FOLDER}/multi-user.target.wants
      ln -s ${FOLDER}/rp-app.service ${FOLDER}/multi-user.target.wants/rp-app.service`)
    const done = await of({ content: SLEEP + INSTALL })
    assertRight(done, NEW)
    assert.ok(!done.plan.leaves?.some(({ question }) => question.reader.name === 'service'))
  })

  it('plans a whole play on a bare host, and a second run changes nothing', async () => {
    const restart = serviceRestart('restart', { name: 'rp-app' })
    const tasks = () => [
      systemdUnit('unit', { name: 'rp-app', content: SLEEP + INSTALL }, { notify: restart }),
      systemdUnit('limits', { name: 'rp-app', dropIn: 'limits', content: '[Service]\nMemoryMax=1G\n' }),
      systemdUnit('timer', {
        name: 'rp-tick.timer',
        content: '[Timer]\nOnCalendar=daily\nUnit=rp-app.service\n',
      }),
      service('app runs', { name: 'rp-app', state: 'started', enabled: true }),
      service('timer runs', { name: 'rp-tick.timer', state: 'started' }),
    ]
    const names = ['unit', 'limits', 'timer', 'app runs', 'timer runs', 'restart']
    const all = (status: string) => names.map((name) => `${name}: ${status}`)
    assert.deepEqual((await runOn(shell(), tasks, { check: true })).statuses, all('would-change'))
    assert.deepEqual((await runOn(shell(), tasks)).statuses, all('changed'))
    const ok = names.slice(0, 5).map((name) => `${name}: ok`)
    assert.deepEqual((await runOn(shell(), tasks)).statuses, ok)
    const changed = () => [
      systemdUnit('unit', { name: 'rp-app', content: `${SLEEP}Nice=1\n${INSTALL}` }),
      systemdUnit('other', { name: 'rp-other', content: SLEEP }),
      ...tasks().slice(1),
    ]
    const expected = ['unit: would-change', 'other: would-change', ...ok.slice(1)]
    assert.deepEqual((await runOn(shell(), changed, { check: true })).statuses, expected)
    assert.deepEqual(
      (await runOn(shell(), changed)).statuses,
      expected.map((one) => one.replace('would-change', 'changed')),
    )
  })
})

describe('arguments of systemdUnit', () => {
  const wrong: Readonly<Record<string, Partial<SystemdUnitArgs>>> = {
    'a name that is a path': { name: '../app' },
    'a name that is an option': { name: '-app' },
    'a drop-in that is a path': { dropIn: '../x' },
    'a drop-in with its ending': { dropIn: 'limits.conf' },
    'no content': { content: undefined },
    'empty content': { content: ' \n' },
    'a NUL byte': { content: 'a\0' },
    'a secret that was printed': { content: '[Service]\nEnvironment=A=«secret x»\n' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => app(args), { code: 'E_BAD_ARGUMENT' })
    })
})
