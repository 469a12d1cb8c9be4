import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  LOCAL_INVENTORY,
  type Project,
  playbookOf,
  project,
  runCli,
  start,
  until,
} from '../../support/cli.ts'

const INVENTORY = `
import { defineInventory, local, z } from 'run-playbook'
export default defineInventory({
  vars: z.strictObject({ port: z.number().default(80) }),
  hosts: { here: { connection: local() }, there: { connection: local() } },
  groups: { web: { hosts: ['there'] } },
})
`
const ON_WEB = `
import { definePlay, definePlaybook, shell } from 'run-playbook'
export default definePlaybook({
  description: 'test',
  plays: () => [
    definePlay({
      name: 'p',
      hosts: 'web',
      become: false,
      tasks: (host) => [shell('x', { script: 'true ' + host.vars.LETTERS })],
    }),
  ],
})
`

const OWN_VAR = `
import { definePlay, definePlaybook, shell, z } from 'run-playbook'
export default definePlaybook({
  description: 'test',
  vars: z.strictObject({
    count: z.int().default(1),
    all: z.boolean().default(false),
    names: z.array(z.string()).default([]),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  plays: ({ secrets, vars }) => [
    definePlay({
      name: 'p',
      hosts: 'here',
      become: false,
      tasks: () => [
        shell('x', {
          script: 'true ' + vars.count,
          stdin: secrets.get('mail.token'),
        }),
      ],
    }),
  ],
})
`

describe('somebody who knows only --help', function () {
  this.timeout(60_000)
  let own: Project
  before(() => {
    const files = {
      'inventory.ts': INVENTORY,
      'playbooks/fine.ts': playbookOf("[shell('x', { script: 'true' })]"),
      'playbooks/own.ts': OWN_VAR,
      'playbooks/web.ts': ON_WEB.replace('LETTERS', 'port'),
      'playbooks/wrong.ts': ON_WEB.replace('LETTERS', 'prt'),
    }
    own = project(files)
  })
  after(() => own.remove())

  const says = async (args: readonly string[], code: number, ...what: readonly RegExp[]): Promise<string> => {
    const ended = await runCli(own, args)
    assert.equal(ended.code, code, ended.stderr)
    for (const one of what) assert.match(ended.stdout + ended.stderr, one)
    return ended.stdout + ended.stderr
  }

  for (const typed of [
    ['exce', '-l', 'all', '--', 'uptime'],
    ['secret', 'list'],
    ['explian', 'port'],
  ])
    it(`and types ${typed.join(' ')} hears of the command that was meant`, async () => {
      const meant = { exce: 'exec', secret: 'secrets', explian: 'explain' }[typed[0] ?? '']
      await says(
        typed,
        1,
        /is neither a playbook nor a command/,
        new RegExp(`Did you mean run-playbook ${meant}\\?`),
      )
    })

  it('and types nothing hears what there is, and how to begin', async () => {
    await says([], 1, /name a playbook or a command/, /Playbooks: .*\bfine\b/, /run-playbook init FOLDER/)
  })

  it('and asks for the help of a command with the word help gets it', async () => {
    await says(['help', 'exec'], 0, /Usage: run-playbook exec/)
    await says(['help'], 0, /Usage: run-playbook \[options\] <playbook>/)
  })

  it('reads which word is too many, and which option was meant', async () => {
    await says(['fine', 'extra'], 1, /one argument too many: extra\n/)
    await says(
      ['fine', '--chekc'],
      1,
      /unknown option '--chekc'\n {2}Did you mean --check\? See run-playbook --help\.\n/,
    )
  })

  it('sees all that a failed command printed, and no line of a file that they did not write', async () => {
    const line = 'echo inactive; echo hint >&2; exit 3'
    const said = await says(['exec', '-l', 'here', '--', line], 2, /exit code 3/, /^ +inactive\n +hint\n/m)
    assert.doesNotMatch(said, /Declared at|dist\//)
  })

  it('reads that a command is empty, not of an argument of a module', async () => {
    await says(['exec', '-l', 'here', '--', ''], 1, /^run-playbook: the command is empty\n/)
  })

  it('is told that --limit leaves no host of a play', async () => {
    await says(['web', '-l', 'here'], 0, /no host of a play is in --limit here: nothing is done/)
    const fine = await says(['web', '-l', 'there'], 0)
    assert.doesNotMatch(fine, /no host of a play/)
  })

  it('who ends a run at once is not told that nothing had to change', async () => {
    const begun = join(own.folder, 'begun')
    own.write('playbooks/slow.ts', playbookOf(`[shell('x', { script: 'touch ${begun}; sleep 5' })]`))
    const { child, ended, printed } = start(own, ['slow', '-l', 'here'])
    const seen = () => printed().stdout + printed().stderr
    await until('the change', () => existsSync(begun))
    child.kill('SIGINT')
    await until('the first answer', () => seen().includes('press Ctrl-C again'))
    await new Promise((resolve) => setTimeout(resolve, 150))
    child.kill('SIGINT')
    assert.equal((await ended).code, 130)
    assert.match(
      seen(),
      /ended at once: the change under way on each host may be done, half done or not done/,
    )
    assert.match(seen(), /\. Interrupted\.\n/)
    assert.doesNotMatch(seen(), /Nothing had to change/)
  })

  it('is told that -e has a wrong value, not a host', async () => {
    for (const args of [['fine'], ['explain', 'port', '-l', 'there']])
      await says([...args, '-e', 'port=nine'], 1, /-e port: must be a number/)
    await says(['own', '-e', 'count=x'], 1, /run-playbook: -e count: must be a number, not a string/)
    await says(['own', '-e', 'count=1 all=true'], 1, /\n {2}Give each var an -e of its own\.\n/)
    await says(['own', '-e', 'all=yes'], 1, /-e all: .*\n {2}Write -e all=true or -e all=false\.\n/)
    await says(
      ['own', '-e', 'names=a,b'],
      1,
      /-e names: .*\n {2}Write a list as JSON: -e 'names=\["a", "b"\]'\n/,
    )
    await says(['own', '-e', 'labels=a'], 1, /-e labels: .*\n {2}Write it as JSON: -e 'labels=/)
  })

  it('learns what an error code means', async () => {
    await says(['explain', 'E_STEP_FAILED'], 0, /^E_STEP_FAILED: \w/)
    await says(
      ['explain', 'E_STEP_FAILD'],
      1,
      /there is no error code E_STEP_FAILD\n {2}Did you mean E_STEP_FAILED\?/,
    )
  })

  it('is told in which line a var is misspelled', async () => {
    await says(['wrong'], 1, /there is no var prt: did you mean port\?\n {2}at playbooks\/wrong\.ts:10\n/)
  })

  it('reads a mistake in the inventory once, and of the inventory', async () => {
    own.write('inventory.ts', INVENTORY.replace("['there']", "['thre']"))
    try {
      const said = await says(
        ['lint', '--no-types'],
        1,
        /^error {2}inventory\.ts: group web: thre is neither/m,
      )
      assert.equal(said.match(/thre is neither/g)?.length, 1)
    } finally {
      own.write('inventory.ts', INVENTORY)
    }
  })

  it('is told how to store a secret that is missing', async () => {
    await says(['secrets', 'get', 'mail.password'], 1, /run-playbook secrets set mail\.password/)
    await says(
      ['own'],
      1,
      /there is no secret mail\.token .*\n {2}at playbooks\/own\.ts:19\n {2}Set .*secrets set mail\.token/,
    )
  })
})

describe('a project without anything', function () {
  this.timeout(60_000)
  it('has no inventory, which is not said to somebody who mistyped a command', async () => {
    const own = project({ 'inventory.ts': LOCAL_INVENTORY })
    const ended = await runCli(own, ['lnt'], { cwd: '/' })
    own.remove()
    assert.match(ended.stderr, /Did you mean run-playbook lint\?/)
  })
})
