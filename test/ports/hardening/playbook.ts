import { definePlay, definePlaybook, pattern } from 'run-playbook'
import { hardening } from './role.ts'

export default definePlaybook({
  description: 'hardens SSH of one Debian',
  plays: () => [
    definePlay({
      name: 'hardening',
      hosts: pattern('all'),
      roles: () => [
        hardening({
          permitRootLogin: 'prohibit-password',
          rsaBits: 3072,
          certificates: {
            authorities: [
              'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHardeningHardeningHardeningHardeningHarden authority',
            ],
            principals: { operator: ['operators', 'on-call'] },
          },
        }),
      ],
    }),
  ],
})
