import assert from 'node:assert/strict'
import { provePort } from './port.ts'

const CONFIG = '/etc/nginx/nginx.conf'
const VHOSTS = '/etc/nginx/sites-enabled'

provePort({
  name: 'nginx',
  tasks: 10,
  drift: [
    {
      by: `sed -i 's/server_tokens off/server_tokens on/' ${CONFIG}`,
      tasks: ['nginx.conf', 'reload nginx'],
    },
    { by: `rm ${VHOSTS}/status`, tasks: [`vhost ${VHOSTS}/status`] },
    { by: `touch ${VHOSTS}/gone.example.com.conf`, tasks: [`no vhost ${VHOSTS}/gone.example.com.conf`] },
    { by: 'systemctl -q disable nginx', tasks: ['nginx runs'] },
  ],
  // Nobody knows what a package that is not installed brings.
  unknown: { bare: 0.5, drifted: 0.1 },
  shells: 0.05,
  works: async ({ sh }) => {
    await sh('nginx -t -q')
    assert.match(await sh('systemctl is-active nginx'), /^active$/m)
    assert.match(await sh('ss -ltn'), /:8080\b/)
  },
})
