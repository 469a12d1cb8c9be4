import assert from 'node:assert/strict'
import { z } from 'zod'
import { debug } from '../../../lib/modules/index.ts'
import { defineInventory } from '../../../lib/playbook/inventory.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { runTestPlaybook } from '../../../lib/testing/index.ts'

describe('a playbook in a test with an inventory', () => {
  const inventory = defineInventory({
    vars: z.strictObject({ port: z.int().default(80) }),
    // No test connects to it.
    hosts: { 'web-1': { address: '192.0.2.1' }, 'web-2': { vars: { port: 81 } }, db: {} },
    groups: { web: { hosts: ['web-1', 'web-2'] } },
  })
  const playbook = definePlaybook({
    description: 'ports',
    plays: () => [
      definePlay({
        name: 'ports',
        hosts: pattern('web'),
        become: false,
        tasks: ({ name, vars }) => [debug('port', { message: `${name} ${JSON.stringify(vars)}` })],
      }),
    ],
  })

  it('has its hosts, groups and vars, and runs on this machine', async () => {
    const { tasks, recap } = await runTestPlaybook(playbook, { inventory })
    const said = tasks.map(({ host, status, because }) => `${host} ${status} ${because}`)
    assert.deepEqual(said.toSorted(), ['web-1 ok web-1 {"port":80}', 'web-2 ok web-2 {"port":81}'])
    assert.equal(recap.exitCode, 0)
  })

  it('has the hosts of --limit alone', async () => {
    const { tasks } = await runTestPlaybook(playbook, { inventory, limit: 'web-2' })
    assert.deepEqual(
      tasks.map(({ host }) => host),
      ['web-2'],
    )
  })

  it('counts no other hosts beside it', () =>
    assert.rejects(runTestPlaybook(playbook, { inventory, hosts: 2 }), {
      name: 'TypeError',
      message: 'a test has either hosts or an inventory, not both',
    }))
})
