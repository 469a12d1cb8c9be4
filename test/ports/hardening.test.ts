import assert from 'node:assert/strict'
import { provePort } from './port.ts'

provePort({
  name: 'hardening',
  tasks: 20,
  drift: [
    {
      by: `sed -i 's/^PermitRootLogin.*/PermitRootLogin yes/' /etc/ssh/sshd_config`,
      tasks: ['sshd_config', 'restart ssh'],
    },
    { by: 'chmod 0644 /etc/ssh/ssh_host_ecdsa_key', tasks: ['access to /etc/ssh/ssh_host_ecdsa_key'] },
  ],
  unknown: { bare: 0, drifted: 0 },
  shells: 0.17,
  works: async ({ sh }) => {
    assert.match(await sh('sshd -T'), /^permitrootlogin (without-password|prohibit-password)$/m)
  },
})
