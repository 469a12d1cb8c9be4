import { definePlay, definePlaybook } from 'run-playbook'
import { greeting } from '../roles/greeting.ts'

export default definePlaybook({
  description: 'writes a greeting',
  plays: () => [
    definePlay({
      name: 'hello',
      hosts: 'greeted',
      // Root is not needed for a folder of one's own.
      become: false,
      roles: (host) => [greeting({ folder: host.vars.folder, whom: host.name })],
    }),
  ],
})
