import { SHARED, sandbox } from 'run-playbook/cluster'

// It only asks Docker, and leaves its report as whoever the folder belongs to.
const SANDBOX = sandbox({
  writes: [`${SHARED}/state`],
  capabilities: ['CAP_DAC_READ_SEARCH', 'CAP_SETGID', 'CAP_SETUID'],
  families: ['AF_UNIX'],
})

/** One drill. Whoever starts it waits for its end, and its words go to the journal. */
export const serviceUnit = (program: string): string => `# Managed by run-playbook
[Unit]
Description=Restores the newest backup of this node into a throwaway container and proves it
After=docker.service
Requires=docker.service

[Service]
Type=oneshot
ExecStart=${program}
ExecStopPost=-/bin/sh -c 'docker ps -aq --filter name=postgres-drill --filter label=run-playbook.ours | xargs -r docker rm -f >/dev/null 2>&1'
TimeoutStartSec=infinity
Nice=19
PrivateNetwork=yes
${SANDBOX}`

/** @param turn nodes take their turns an hour apart */
export const timerUnit = (
  { day, hour }: { day: string; hour: number },
  turn: number,
): string => `# Managed by run-playbook
[Unit]
Description=Proves the backups of this node every week

[Timer]
OnCalendar=${day} *-*-* ${String((hour + turn) % 24).padStart(2, '0')}:00:00
RandomizedDelaySec=30min
Persistent=true

[Install]
WantedBy=timers.target
`
