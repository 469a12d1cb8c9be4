import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type SudoersArgs, type SudoersState, sudoers } from '../../../../lib/modules/index.ts'
import { sudoersText } from '../../../../lib/modules/system/sudoers/text.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, observe, run, useTemp } from '../driver.ts'

const ROOT = process.getuid?.() === 0
if (ROOT) install('/usr/sbin/visudo', 'sudo')

const app = { name: 'app', user: 'app', commands: '/bin/x' } as const

describe('the text of a rule', () => {
  // What community.general.sudoers writes, from its documentation.
  const cases: Readonly<Record<string, readonly [Omit<SudoersArgs, 'name'>, string]>> = {
    'of a user': [{ user: 'app', commands: '/bin/x' }, 'app ALL=NOPASSWD: /bin/x\n'],
    'of a group': [{ group: 'ops', commands: 'ALL' }, '%ops ALL=NOPASSWD: ALL\n'],
    'of numbers': [{ group: 1000, commands: 'ALL', runas: '#1:#2' }, '%#1000 ALL=(#1:#2)NOPASSWD: ALL\n'],
    'of root': [{ user: 0, commands: 'ALL' }, '#0 ALL=NOPASSWD: ALL\n'],
    'of several commands': [
      { user: 'app', commands: ['/bin/x a', '/bin/y'], nopassword: false },
      'app ALL= /bin/x a, /bin/y\n',
    ],
    'as another user': [{ user: 'app', runas: 'alice', commands: 'ALL' }, 'app ALL=(alice)NOPASSWD: ALL\n'],
    'with all tags': [
      { user: 'app', commands: '/bin/x', noexec: true, setenv: true, host: 'web-1', runas: 'ALL:ALL' },
      'app web-1=(ALL:ALL)NOEXEC:NOPASSWD:SETENV: /bin/x\n',
    ],
    'with defaults': [
      { group: 'ops', commands: 'ALL', defaults: ['!targetpw', 'passprompt="a#b"'] },
      'Defaults:%ops !targetpw\nDefaults:%ops passprompt="a#b"\n%ops ALL=NOPASSWD: ALL\n',
    ],
    'that is given': [
      { content: 'Cmnd_Alias X = /bin/x\napp ALL = X' },
      'Cmnd_Alias X = /bin/x\napp ALL = X\n',
    ],
  }
  for (const [what, [args, text]] of Object.entries(cases))
    it(what, async function () {
      const task = sudoers('it', { name: 'app', ...args })
      assert.equal(sudoersText({ name: 'app', ...args }), text)
      if (!ROOT) this.skip()
      const { verdict } = (await observe(['sh'], task.module.probe(task.args))) as SudoersState
      assert.deepEqual(verdict, { kind: 'accepted' })
    })
})

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`sudoers under ${name}`, function () {
    const temp = useTemp()
    before(function () {
      if (!ROOT) this.skip()
    })
    const file = (): string => join(temp(), 'app')
    const of = (args: Partial<SudoersArgs> = {}) =>
      converge(sudoers('it', { ...app, sudoersPath: temp(), ...args }), shell)

    it('makes a file that belongs to root, and removes it', async () => {
      const done = await of()
      assert.deepEqual([done.left, done.wrong], [[], []])
      const { mode, uid, gid } = lstatSync(file())
      assert.deepEqual([mode & 0o7777, uid, gid], [0o440, 0, 0])
      assert.equal(readFileSync(file(), 'utf8'), 'app ALL=NOPASSWD: /bin/x\n')
      assert.deepEqual((await of()).changes, [])
      const gone = await of({ state: 'absent' })
      assert.deepEqual([gone.left, gone.wrong], [[], []])
      assert.deepEqual(readdirSync(temp()), [])
      assert.deepEqual((await of({ state: 'absent' })).changes, [])
    })

    it('mends mode and owner', async () => {
      await of()
      chmodSync(file(), 0o666)
      chownSync(file(), 1, 1)
      const done = await of()
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map(({ what }) => what),
        ['mode', 'owner', 'group'],
      )
      assert.deepEqual([lstatSync(file()).mode & 0o7777, lstatSync(file()).uid], [0o440, 0])
    })

    it('leaves the file as it is when visudo refuses the text', async () => {
      await of()
      for (const commands of ['bin/x', '/bin/x, , /bin/y', '!'])
        await assert.rejects(of({ commands }), {
          code: 'E_BAD_SUDOERS',
          message: /visudo refuses the text of app: stdin:1:/,
        })
      await assert.rejects(
        of({ commands: undefined, user: undefined, content: `app ALL=(ALL\n'"; rm -rf /\n` }),
        {
          code: 'E_BAD_SUDOERS',
        },
      )
      assert.equal(readFileSync(file(), 'utf8'), 'app ALL=NOPASSWD: /bin/x\n')
      assert.deepEqual(readdirSync(temp()), ['app'])
    })

    it('checks once more what it wrote', async () => {
      const task = sudoers('it', { ...app, sudoersPath: temp(), commands: 'bin/x' })
      const state = (await observe(shell, task.module.probe(task.args))) as SudoersState
      for (const step of task.module.apply(task.args, { ...state, verdict: { kind: 'accepted' } })) {
        assert.ok('script' in step)
        const { code, stderr } = await run(shell, step)
        assert.notEqual(code, 0)
        assert.match(stderr.toString(), /expected a fully-qualified path name[\s\S]*refused by: .*visudo/)
      }
      assert.deepEqual(readdirSync(temp()), [])
    })

    it('neither follows a link nor removes a folder', async () => {
      writeFileSync(join(temp(), 'target'), 'x')
      symlinkSync('target', file())
      for (const state of ['present', 'absent'] as const)
        await assert.rejects(of({ state }), { code: 'E_OTHER_KIND' })
      mkdirSync(join(temp(), 'folder/deep'), { recursive: true })
      await assert.rejects(of({ name: 'folder', state: 'absent' }), { code: 'E_OTHER_KIND' })
      assert.equal(readFileSync(join(temp(), 'target'), 'utf8'), 'x')
    })

    it('needs the directory, and no other user who can change it', async () => {
      await assert.rejects(of({ sudoersPath: join(temp(), 'none') }), { code: 'E_NO_DIRECTORY' })
      mkdirSync(join(temp(), 'theirs/sudoers.d'), { recursive: true })
      chownSync(join(temp(), 'theirs'), 1, 1)
      await assert.rejects(of({ sudoersPath: join(temp(), 'theirs/sudoers.d') }), { code: 'E_UNSAFE_PATH' })
    })
  })
}

describe('a host without visudo', () => {
  const temp = useTemp()
  it('is told, or writes the file without a check', async function () {
    if (!ROOT) this.skip()
    const [tools, folder, none] = ['tools', 'sudoers.d', 'none'].map((one) => join(temp(), one)) as [
      string,
      string,
      string,
    ]
    for (const one of [tools, folder, none]) mkdirSync(one)
    await run(['sh'], { script: `busybox --install -s '${tools}'` })
    // The folders of visudo are empty.
    const bare = await makeNamespace(
      ['--mount'],
      `for one in /usr/sbin /sbin; do mount --bind '${none}' $one; done`,
    )
    try {
      const shell = [...bare.enter, '/usr/bin/env', '-i', `PATH=${tools}`, `${tools}/sh`]
      const of = (validation: SudoersArgs['validation']) =>
        converge(sudoers('it', { ...app, sudoersPath: folder, validation }), shell)
      await assert.rejects(of(undefined), { code: 'E_NO_VISUDO', hint: /packages\('sudo'/ })
      const done = await of('detect')
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual((await of('absent')).changes, [])
    } finally {
      await bare.remove()
    }
  })
})

describe('sudo itself', function () {
  let host: Namespace
  before(async function () {
    if (!ROOT) this.skip()
    host = await makeNamespace(['--mount'], 'mount -t tmpfs -o mode=755 none /etc/sudoers.d')
  })
  after(() => host?.remove())

  it('lets the user do what the task says, which the dry run foretells', async () => {
    const shell = [...host.enter, 'dash']
    const tasks = () => [
      sudoers('it', { name: 'rp-app', user: 'daemon', commands: ['/bin/x a\\,b', '/bin/y'] }),
      sudoers('again', { name: 'rp-app', user: 'daemon', commands: ['/bin/x a\\,b', '/bin/y'] }),
    ]
    assert.deepEqual((await runOn(shell, tasks, { check: true })).statuses, ['it: would-change', 'again: ok'])
    assert.deepEqual((await runOn(shell, tasks)).statuses, ['it: changed', 'again: ok'])
    const { stdout } = await run(shell, { script: 'sudo -n -l -U daemon' })
    assert.match(stdout.toString(), /NOPASSWD: \/bin\/x a\\,b, \/bin\/y/)
  })
})

describe('arguments of sudoers', () => {
  const wrong: Readonly<Record<string, Partial<SudoersArgs>>> = {
    'a name with a dot': { name: 'app.conf' },
    'a name that is a path': { name: '../app' },
    'a name that is an option': { name: '-app' },
    'no user': { user: undefined },
    'a user and a group': { group: 'ops' },
    'a user of two words': { user: 'app ALL=ALL' },
    'a user that is another rule': { user: 'app\nroot' },
    'no command': { commands: undefined },
    'an empty command': { commands: ' ' },
    'an empty list': { commands: [] },
    'a command of two lines': { commands: '/bin/x\nroot ALL=ALL' },
    'a command that the next line continues': { commands: '/bin/x \\' },
    'a command with a comment': { commands: ['/bin/x #1', '/bin/y'] },
    'defaults of two lines': { defaults: ['a\nroot ALL=ALL'] },
    'defaults that the next line continues': { defaults: ['!targetpw \\'] },
    'a host that is a rule': { host: 'ALL=ALL' },
    'users of a command that end early': { runas: 'ALL) NOPASSWD: ALL' },
    'content and a rule': { content: 'x' },
    'content and a user': { commands: undefined, content: 'x' },
    'empty content': { user: undefined, commands: undefined, content: '\n' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => sudoers('it', { ...app, ...args }), { code: 'E_BAD_ARGUMENT' })
    })

  it('take a backslash that is one itself, and a # that is written', () => {
    sudoers('it', { ...app, commands: ['/bin/x \\\\', '/bin/y \\#1'] })
  })
})
