import assert from 'node:assert/strict'
import { LOCAL_INVENTORY, type Project, project, runCli } from '../../support/cli.ts'

const PLAYBOOK = (task: string): string => `
import { copy, definePlay, definePlaybook, UnreachableError, z } from 'run-playbook'
import { motd } from '../modules/motd.ts'
export default definePlaybook({
  description: 'x',
  plays: () => [definePlay({ name: 'x', hosts: 'all', become: false, tasks: () => [
    ${task}
  ] })],
})
void [copy, motd, UnreachableError, z]
`
const MODULE = `
import { copy, z } from 'run-playbook'
const schema = z.strictObject({ text: z.string() })
export const motd = (args: { text: string }) => copy('motd', { dest: 'etc/motd', content: args.text })
export const checked = (args: object) => motd(schema.parse(args))
`
const GONE = `
import { UnreachableError, defineConnection, defineInventory } from 'run-playbook'
const gone = defineConnection({
  name: 'gone',
  open: async (host) => {
    throw new UnreachableError('E_CONNECT_FAILED', \`\${host.name} is switched off\`, { hint: 'Switch it on.' })
  },
})
export default defineInventory({ hosts: { here: { connection: gone } } })
`
const NO_SHELL = `
import { defineConnection, defineInventory, processLink } from 'run-playbook'
const none = defineConnection({
  name: 'none',
  open: async (host, signal) => processLink(host.name, signal, { argv: (command) => ['false', 'my host', command] }),
})
export default defineInventory({ hosts: { here: { connection: none } } })
`

describe('an error in a project', () => {
  let own: Project
  const run = async (files: Record<string, string>, ...args: string[]) => {
    own = project({ 'inventory.ts': LOCAL_INVENTORY, 'modules/motd.ts': MODULE, ...files })
    return runCli(own, args)
  }
  afterEach(() => own.remove())

  it('of a function in modules/ is told at the line that calls it', async () => {
    const { stderr } = await run({ 'playbooks/x.ts': PLAYBOOK("motd({ text: 'x' }),") }, 'x')
    assert.match(stderr, /copy "motd": dest: must be an absolute path/)
    assert.match(stderr, /at playbooks\/x\.ts:7/)
  })

  it('of a schema there is formatted, at the line that calls it', async () => {
    const playbook = PLAYBOOK('checked({ text: 1 } as never),').replace('{ motd }', '{ motd, checked }')
    const { stderr } = await run({ 'playbooks/x.ts': playbook }, 'x')
    assert.match(stderr, /text: must be a string, not a number\n {2}at playbooks\/x\.ts:7/)
    assert.doesNotMatch(stderr, /fault|"code"/)
  })

  it('of a misspelled argument names the right one, and says no more', async () => {
    const playbook = PLAYBOOK("copy('it', { dst: '/x', content: 'x' } as never),")
    const { stderr } = await run({ 'playbooks/x.ts': playbook }, 'x')
    assert.match(stderr, /copy "it": there is no argument dst: did you mean dest\? \(for the host here\)\n/)
  })

  it('that a connection throws makes the host unreachable: exit status 4', async () => {
    const files = { 'inventory.ts': GONE, 'playbooks/x.ts': PLAYBOOK('') }
    const { code, stdout, stderr } = await run(files, 'x')
    assert.equal(code, 4)
    assert.match(stdout + stderr, /here is switched off/)
    assert.match(stdout + stderr, /Switch it on/)
  })

  it('of a connection that starts no shell shows the command', async () => {
    const files = {
      'inventory.ts': NO_SHELL,
      'playbooks/x.ts': PLAYBOOK("copy('it', { dest: '/srv/x', content: 'x' }),"),
    }
    const { code, stdout, stderr } = await run(files, 'x')
    assert.equal(code, 4)
    assert.match(stdout + stderr, /Does `false 'my host' true` work\?/)
  })

  it('is not needed to see which playbooks are there, and whose', async () => {
    const { stdout } = await run({ 'playbooks/x.ts': PLAYBOOK('') }, '--help')
    assert.match(stdout, /^Playbooks here: x\nPlaybooks of the package: .*\bsite\b/m)
    own.remove()
    const empty = await run({}, '--help')
    assert.doesNotMatch(empty.stdout, /Playbooks here/)
    assert.match(empty.stdout, /^Playbooks of the package: .*\bsite\b/m)
  })
})
