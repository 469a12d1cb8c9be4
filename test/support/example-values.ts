/** What examples in comments use without making it. */
import { defineInventory, definePlay, definePlaybook, Secret } from '../../lib/index.ts'
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
