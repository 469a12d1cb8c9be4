import { definePlay, definePlaybook } from 'run-playbook'
import { nodeFact } from '../roles/index.ts'
import { postgresStatus } from '../roles/postgres-status/role.ts'

export default definePlaybook({
  description: 'role, replication and slots of every node; changes nothing',
  verbosity: 1,
  fact: nodeFact,
  plays: ({ facts, secrets }) => [
    definePlay({
      name: 'status',
      hosts: 'postgres',
      roles: (host) => [
        postgresStatus({
          address: host.address,
          data: facts[host.name]?.data ?? 'none',
          password: secrets.password('postgres.superuser'),
        }),
      ],
    }),
  ],
})
