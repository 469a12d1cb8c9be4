import { containers, copy, defineRole, docker, file } from 'run-playbook'
import { mounts, slotName, type StatusVars, statusVars } from 'run-playbook/cluster'
import { containerHealthy } from '../postgres-node/healthy.ts'

const CONFIG = '/etc/run-playbook/status'

/**
 * The status service: http://<overlay address>:8008/ for people, `/status`, `/metrics`, and Patroni's health checks for
 * load balancers. It reads and never writes: no secret, no capability, no file system of its own, and a PostgreSQL user
 * that may look at statistics only.
 */
export const postgresStatusService = defineRole({
  name: 'postgres-status-service',
  tags: ['status'],
  vars: statusVars,
  tasks: (vars) => {
    const { repository, socket, state } = mounts({ dataDir: '', backupDir: vars.backupDir })
    const restart = docker.restart('restart the status service', { name: 'postgres-status' })
    const looks = (mount: { source: string; target: string }) => ({ ...mount, readOnly: true })
    return [
      file('status folder', { path: CONFIG, state: 'directory', mode: '0755' }),
      copy(
        'status configuration',
        {
          dest: `${CONFIG}/config.json`,
          content: `${JSON.stringify(configOf(vars), null, 2)}\n`,
          mode: '0644',
          owner: 'root',
          group: 'root',
        },
        { notify: restart, tags: ['config'] },
      ),
      docker(
        'status service',
        {
          name: 'postgres-status',
          image: vars.image,
          adopt: vars.adopt,
          network: 'host',
          restart: 'unless-stopped',
          user: 'monitor',
          readOnly: true,
          capDrop: ['ALL'],
          securityOpt: ['no-new-privileges'],
          pidsLimit: 128,
          memory: '128m',
          volumes: [
            { source: CONFIG, target: '/etc/postgres-status', readOnly: true },
            ...[repository, socket, state].map(looks),
          ],
          tmpfs: {
            '/run/postgres-status': 'size=64k,mode=1777',
            // The database's image keeps a volume here; without this Docker would make an empty one each time.
            '/var/lib/postgresql/data': 'size=4k',
          },
          logging: { driver: 'json-file', options: { 'max-size': '5m', 'max-file': '2' } },
        },
        { touches: [containers.at('postgres-status')] },
      ),
      containerHealthy('status answers', { container: 'postgres-status' }),
    ]
  },
})

function configOf({
  name,
  address,
  port,
  postgresPort,
  nodes,
  thresholds,
  promotionKey,
  pooler,
}: StatusVars) {
  const known = (node: { name: string; address: string }) => ({
    ...node,
    replicationName: slotName(node.address),
  })
  return {
    node: known({ name, address }),
    peers: nodes.filter((node) => node.address !== address).map(known),
    promotionKey,
    listen: address,
    port,
    postgres: { port: postgresPort },
    aliveFile: '/run/postgres-status/alive',
    thresholds,
    // Left out where there is none: a service that is as it should be is not restarted by an update.
    ...(pooler && { pooler }),
  }
}
