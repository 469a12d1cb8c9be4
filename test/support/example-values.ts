/** What examples in comments use without making it. */
import {
  defineInventory,
  definePlay,
  definePlaybook,
  defineRole,
  copy,
  defineFact,
  fileReaders,
  ask,
  Secret,
  z,
} from '../../lib/index.ts'
import { type PostgresTarget, type Repository, parseRepository } from '../../lib/postgres/index.ts'

export const primary: PostgresTarget = {
  host: '10.88.0.11',
  password: new Secret('postgres', 'correct horse'),
}
export const on: PostgresTarget = primary
export const secrets = { replication: new Secret('replication', 'battery staple') }
export const stdout = ''
export const repository: Repository = parseRepository(stdout)
export const inventory = defineInventory({
  hosts: { 'web-1': { connection: 'local' } },
  groups: { web: { hosts: ['web-1'] } },
})
export const playbook = definePlaybook({
  description: 'nothing to do',
  plays: () => [definePlay({ name: 'nothing', hosts: 'all', become: false })],
})

export { default as assert } from 'node:assert/strict'
export { chmodSync, rmSync } from 'node:fs'
export { join } from 'node:path'

export const temp = '/tmp/example'
/** A role of the user. */
export const motd = defineRole({
  name: 'motd',
  vars: z.strictObject({ path: z.string(), text: z.string() }),
  tasks: ({ path, text }) => [copy('text', { dest: path, content: text })],
})
/** A fact of the user. */
export const greeting = defineFact({
  name: 'greeting',
  args: z.strictObject({ path: z.string() }),
  probe: ({ path }) => ask(fileReaders.text, path),
})
export const task = copy('text', { dest: '/tmp/example', content: 'x' })
