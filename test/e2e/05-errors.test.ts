import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DIR, difference, explain, freshLab, listing, run, start } from './support.ts'

/** Each mistake gives one clear error and the right exit status; what was found before a host was touched says 1. */
describe('mistakes', function () {
  this.timeout(600_000)
  let folder: string
  let untouched: string[]
  before(async () => {
    // Bare nodes: a cluster that an earlier session left would write files of its own meanwhile.
    await freshLab()
    folder = mkdtempSync(resolve(`${DIR}/errors-`))
    untouched = await listing('node-a')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  async function assertUntouched(): Promise<void> {
    assert.deepEqual(difference(untouched, await listing('node-a')), [], 'a mistake touched node-a')
  }

  function playbook(body: string, roles = ''): string {
    const path = `${folder}/${Math.random().toString(36).slice(2)}.ts`
    writeFileSync(
      path,
      `import { copy, defineRole, definePlay, definePlaybook, docker, file, shell, template, z } from 'run-playbook'
      const role = defineRole({ name: 'r', vars: z.strictObject({ port: z.int() }), tasks: () => [] })
      ${roles}
      export default definePlaybook({ description: 'x', plays: () => [definePlay({ name: 'p', ${body} })] })`,
    )
    return path
  }

  const early: [what: string, playbook: () => string, expected: RegExp][] = [
    [
      'a misspelled argument',
      () => playbook(`hosts: 'all', tasks: () => [file('t', { pathh: '/x', state: 'directory' })]`),
      /file "t".*pathh[\s\S]*at .*\.ts:\d+/,
    ],
    [
      'a host that does not exist',
      () => playbook(`hosts: 'node-q', tasks: () => []`),
      /node-q is neither a host nor a group[\s\S]*Did you mean node-/,
    ],
    [
      'a misspelled group',
      () => playbook(`hosts: 'postgress', tasks: () => []`),
      /postgress is neither[\s\S]*Did you mean postgres\?/,
    ],
    [
      'a handler that does not exist',
      () => playbook(`hosts: 'all', tasks: () => [shell('t', { script: 'true' }, { notify: 'restart' })]`),
      /"t" notifies "restart", which is not a task[\s\S]*at .*\.ts:\d+/,
    ],
    [
      'a missing var',
      () => playbook(`hosts: 'all', roles: () => [role({})]`),
      /role r: port: must be a number, but is missing/,
    ],
    [
      'a misspelled var',
      () => playbook(`hosts: 'all', roles: () => [role({ port: 1, prot: 2 })]`),
      /there is no var prot: did you mean port\?/,
    ],
    [
      'a misspelled template variable',
      () => {
        writeFileSync(`${folder}/t.hbs`, 'a\nport = {{prot}}\n')
        return playbook(
          `hosts: 'all', tasks: () => [template('t', { src: '${folder}/t.hbs', dest: '/x', vars: { port: 1 } })]`,
        )
      },
      /t\.hbs:2.*prot[\s\S]*port/,
    ],
    [
      'a playbook that is none',
      () => (writeFileSync(`${folder}/none.ts`, 'export default 1'), `${folder}/none.ts`),
      /is not a playbook/,
    ],
    [
      'a playbook that does not parse',
      () => (writeFileSync(`${folder}/bad.ts`, 'export default {{'), `${folder}/bad.ts`),
      /bad\.ts/,
    ],
    ['no such playbook', () => 'sit', /there is no playbook sit in \S+\n\s*Did you mean site\?/],
  ]
  for (const [what, path, expected] of early) {
    it(`${what}: exit 1, before any host is touched`, async () => {
      const outcome = await run(path(), '-v')
      assert.equal(outcome.code, 1, explain(outcome))
      assert.match(outcome.stderr, expected)
      assert.doesNotMatch(outcome.stderr, /\n\s+at \w+.*node_modules/, 'a stack is no help to a user')
    })
  }

  const options: [args: string[], expected: RegExp][] = [
    [['site', '--chek'], /unknown option '--chek'[\s\S]*--check/],
    [['site', '-l', 'node-z'], /--limit: node-z is neither/],
    [['site', '-e', 'imge=x'], /there is no var imge: did you mean image\?/],
    [['site', '-e', 'maxConnections=3'], /maxConnections/],
    [['site', '--detailed-exitcode'], /--check/],
    [['site', '-i', 'nowhere.ts'], /there is no inventory \S*nowhere\.ts/],
    [[], /playbook/],
  ]
  for (const [args, expected] of options) {
    it(`run-playbook ${args.join(' ')}: exit 1`, async () => {
      const outcome = await run(...args)
      assert.equal(outcome.code, 1, explain(outcome))
      assert.match(outcome.stderr, expected)
    })
  }

  // The last --ssh-config counts, so this one goes through the environment of a config that the lab's is copied to.
  function configWith(change: (text: string) => string): string {
    const path = `${folder}/ssh_config`
    writeFileSync(path, change(readFileSync(`${DIR}/ssh_config`, 'utf8')))
    return path
  }
  const hello = () =>
    playbook(`hosts: 'node-a', tasks: () => [file('t', { path: '/root', state: 'directory' })]`)

  it('an unknown host key: exit 4, the fingerprint, and what to do', async () => {
    const known = `${folder}/known_hosts`
    writeFileSync(known, '')
    const config = configWith((text) => text.replace(/UserKnownHostsFile .*/g, `UserKnownHostsFile ${known}`))
    const outcome = await start([hello()], { TEST_SSH_CONFIG: config }).done
    assert.equal(outcome.code, 4, explain(outcome))
    assert.match(outcome.stderr + outcome.stdout, /SHA256:[\s\S]*ssh/)
  })

  it('a changed host key: exit 4, and the line of known_hosts', async () => {
    const known = `${folder}/known_hosts`
    copyFileSync(`${DIR}/known_hosts`, known)
    const lines = readFileSync(known, 'utf8').trim().split('\n')
    const names = lines.map((line) => line.split(' ')[0])
    writeFileSync(
      known,
      lines.map((line, i) => line.replace(/^\S+/, names[(i + 1) % names.length] ?? '')).join('\n'),
    )
    const config = configWith((text) => text.replace(/UserKnownHostsFile .*/g, `UserKnownHostsFile ${known}`))
    const outcome = await start([hello()], { TEST_SSH_CONFIG: config }).done
    assert.equal(outcome.code, 4, explain(outcome))
    assert.match(outcome.stderr + outcome.stdout, /known_hosts:\d+/)
  })

  it('a wrong sudo password: exit 2, promptly and once', async () => {
    const config = configWith((text) => text.replace(/User root/g, 'User operator'))
    const outcome = await start([hello(), '-K'], { TEST_SSH_CONFIG: config, TEST_STDIN: 'wrong\n' }).done
    assert.equal(outcome.code, 2, explain(outcome))
    assert.match(outcome.stderr + outcome.stdout, /sudo[\s\S]*password/i)
  })

  it('no sudo password where one is needed: exit 2, and -K is named', async () => {
    const config = configWith((text) => text.replace(/User root/g, 'User operator'))
    const outcome = await start([hello()], { TEST_SSH_CONFIG: config }).done
    assert.equal(outcome.code, 2, explain(outcome))
    assert.match(outcome.stderr + outcome.stdout, /-K|--ask-become-pass/)
  })

  it('none of them touched a host', assertUntouched)

  it('a host that is down: exit 4, and the others go on', async () => {
    const config = configWith((text) =>
      text.replace(/(Host node-b[\s\S]*?HostName )\S+/, '$1127.0.0.1\n  Port 9'),
    )
    const path = playbook(`hosts: 'all', tasks: () => [file('t', { path: '/root', state: 'directory' })]`)
    const outcome = await start([path, '--output', 'json'], { TEST_SSH_CONFIG: config }).done
    assert.equal(outcome.code, 4, explain(outcome))
    const recap = JSON.parse(outcome.stdout.trim().split('\n').at(-1) ?? '{}') as {
      hosts: Record<string, { ok: number; unreachable: boolean }>
    }
    assert.equal(recap.hosts['node-b']?.unreachable, true)
    assert.deepEqual([recap.hosts['node-a']?.ok, recap.hosts['node-c']?.ok], [1, 1])
  })

  it('the right sudo password: exit 0', async () => {
    const config = configWith((text) => text.replace(/User root/g, 'User operator'))
    const password = readFileSync(`${DIR}/operator-password`, 'utf8')
    const outcome = await start([hello(), '-K'], { TEST_SSH_CONFIG: config, TEST_STDIN: password }).done
    assert.equal(outcome.code, 0, explain(outcome))
  })
})
