import { isIP } from 'node:net'
import { type TaskList, copy, quote, service, splitHostPort, template } from 'run-playbook'
import { sandbox } from 'run-playbook/cluster'

const UNIT = 'run-playbook-endpoints'
const PROGRAM = `/usr/local/sbin/${UNIT}`
const unit = (suffix: string): string => `/etc/systemd/system/${UNIT}.${suffix}`

const SERVICE = `# Managed by run-playbook
[Unit]
Description=Looks for silent WireGuard peers at the address that their name means now
After=network-online.target

[Service]
Type=oneshot
ExecStart=${PROGRAM}
TimeoutStartSec=5min
LogLevelMax=notice
${sandbox({
  writes: [],
  capabilities: ['CAP_NET_ADMIN'],
  families: ['AF_UNIX', 'AF_INET', 'AF_INET6', 'AF_NETLINK'],
})}`

const TIMER = `# Managed by run-playbook
[Unit]
Description=Looks for silent WireGuard peers every minute

[Timer]
OnBootSec=2min
OnUnitInactiveSec=1min
AccuracySec=10s

[Install]
WantedBy=timers.target
`

const isName = (endpoint: string): boolean => isIP(splitHostPort(endpoint).host) === 0

/** Peers that are given by name are found again when their address changes; without names there is nothing to do. */
export function endpointTasks(name: string, endpoints: readonly (string | undefined)[]): TaskList {
  if (!endpoints.some((endpoint) => endpoint !== undefined && isName(endpoint)))
    return [
      service('no look for peers', {
        name: `${UNIT}.timer`,
        state: 'stopped',
        enabled: false,
        ifExists: true,
      }),
    ]
  return [
    template('program that looks for peers', {
      src: new URL('./templates/run-endpoints.hbs', import.meta.url),
      dest: PROGRAM,
      vars: { interface: quote(name), config: quote(`/etc/wireguard/${name}.conf`) },
      mode: '0755',
      owner: 'root',
      group: 'root',
    }),
    copy('service that looks for peers', { dest: unit('service'), content: SERVICE, mode: '0644' }),
    copy('timer that looks for peers', { dest: unit('timer'), content: TIMER, mode: '0644' }),
    service('peers are looked for', { name: `${UNIT}.timer`, state: 'started', enabled: true }),
  ]
}
