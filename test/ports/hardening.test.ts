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
    {
      by: `rm /etc/ssh/ssh_host_rsa_key* && ssh-keygen -q -t rsa -b 2048 -N '' -f /etc/ssh/ssh_host_rsa_key`,
      tasks: ['host key rsa'],
    },
    {
      by: `echo '20260101000000 2 6 100 1535 2 C0FFEE' >>/etc/ssh/moduli`,
      tasks: ['strong Diffie-Hellman groups'],
    },
    { by: 'chmod 0644 /etc/ssh/ssh_host_ecdsa_key', tasks: ['host key ecdsa'] },
  ],
  unknown: { bare: 0, drifted: 0 },
  shells: 0.05,
  works: async ({ sh }) => {
    assert.match(await sh('sshd -T'), /^permitrootlogin (without-password|prohibit-password)$/m)
  },
})
