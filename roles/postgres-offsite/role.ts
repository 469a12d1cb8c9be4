import { type TaskList, copy, defineRole, file, packages, quote, service, template } from 'run-playbook'
import { SHARED, nodeRoleVars, sandbox } from 'run-playbook/cluster'

const UNIT = 'run-playbook-offsite'
const PROGRAM = `/usr/local/sbin/${UNIT}`
const STATE = `${SHARED}/state`
const unit = (suffix: string): string => `/etc/systemd/system/${UNIT}.${suffix}`

const serviceUnit = (writes: readonly string[]): string => `# Managed by run-playbook
[Unit]
Description=Copies the backups of this node off the site

[Service]
Type=oneshot
ExecStart=${PROGRAM}
TimeoutStartSec=1d
Nice=19
IOSchedulingClass=idle
${sandbox({
  writes: [...writes, `${SHARED}/lock`, STATE],
  // The files of the copy belong to whoever they belong to here.
  capabilities: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_SETGID', 'CAP_SETUID'],
  families: ['AF_UNIX', 'AF_INET', 'AF_INET6', 'AF_NETLINK'],
})}`

const STARTERS = {
  path: `# Managed by run-playbook
[Unit]
Description=Copies the backups of this node off the site after each backup

[Path]
PathChanged=${STATE}/backup.json

[Install]
WantedBy=paths.target
`,
  timer: `# Managed by run-playbook
[Unit]
Description=Copies the WAL of this node off the site every hour

[Timer]
OnCalendar=hourly
RandomizedDelaySec=10min

[Install]
WantedBy=timers.target
`,
} as const

/** A copy of a node's repository elsewhere: after each backup and every hour, or none. */
export const postgresOffsite = defineRole({
  name: 'postgres-offsite',
  tags: ['backup', 'offsite'],
  vars: nodeRoleVars,
  tasks: ({ backupDir, offsite, nodes, address }) => {
    const name = nodes.find((node) => node.address === address)?.name ?? address
    return offsite === undefined ? nothing() : copies(backupDir, offsite, name)
  },
})

const copies = (backupDir: string, place: string, name: string): TaskList => [
  packages('rsync', { names: ['rsync'] }),
  template('offsite program', {
    src: new URL('./templates/run-offsite.hbs', import.meta.url),
    dest: PROGRAM,
    vars: {
      backups: quote(backupDir),
      place: quote(place),
      target: quote(`${place}/${name}`),
      lock: `${SHARED}/lock`,
      state: STATE,
    },
    mode: '0755',
    owner: 'root',
    group: 'root',
  }),
  copy('offsite service', {
    dest: unit('service'),
    content: serviceUnit([backupDir, ...(place.startsWith('/') ? [place] : [])]),
    mode: '0644',
  }),
  Object.entries(STARTERS).map(([suffix, content]) =>
    copy(`offsite ${suffix}`, { dest: unit(suffix), content, mode: '0644' }),
  ),
  ['path', 'timer'].map((suffix) =>
    service(`offsite ${suffix} runs`, { name: `${UNIT}.${suffix}`, state: 'started', enabled: true }),
  ),
]

const nothing = (): TaskList => [
  ['path', 'timer'].map((suffix) =>
    service(`no offsite ${suffix}`, {
      name: `${UNIT}.${suffix}`,
      state: 'stopped',
      enabled: false,
      ifExists: true,
    }),
  ),
  file('no word of an offsite copy', { path: `${STATE}/offsite.json`, state: 'absent' }),
]
