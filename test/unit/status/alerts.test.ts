import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const rules = readFileSync('docker/status/prometheus/run-playbook.rules.yml', 'utf8')
const alerts = new Set([...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name))
const ofTheirOwn = new Set(
  [...rules.matchAll(/code=~?"([^"]+)"/g)].flatMap(([, codes = '']) => codes.split('|')),
)

/** Warnings that an alert tells of by another metric, or that come with one: its name, or several. */
const BY_OTHERS: Readonly<Record<string, string>> = {
  'postgres-down': 'PostgresDown',
  'postgres-starting': 'PostgresDown',
  'connections-many': 'PostgresConnections',
  'connections-full': 'PostgresConnections',
  'node-unreachable': 'PostgresStatusGone',
  'node-down': 'PostgresDown',
  'no-primary': 'PostgresNoPrimary',
  'two-primaries': 'PostgresTwoPrimaries',
  // The replica itself says more of it.
  'timeline-differs': 'PostgresReplicaNotStreaming',
  'standby-missing': 'PostgresReplicaNotStreaming, PostgresDown or PostgresStatusGone',
  'standby-silent': 'PostgresReplicaNotStreaming or PostgresStatusGone',
  'standby-catching-up': 'PostgresReplicaNotStreaming, PostgresReplicaLagBytes',
  'not-streaming': 'PostgresReplicaNotStreaming',
  'lag-bytes': 'PostgresReplicaLagBytes',
  'lag-seconds': 'PostgresReplicaLag',
  'slot-behind': 'PostgresSlotBehind',
  'slot-lost': 'PostgresSlotLost',
  'slot-nearly-lost': 'PostgresSlotLost',
  // What they keep is what harms.
  'slot-inactive': 'PostgresSlotBehind',
  'slot-leftover': 'PostgresSlotBehind',
  'archive-failing': 'PostgresArchiveFailing',
  'archive-waiting': 'PostgresArchiveWaiting',
  'repository-space': 'PostgresRepositoryFull',
  'repository-unreadable': 'PostgresRepositoryBroken',
  'repository-problem': 'PostgresRepositoryBroken or PostgresBackupProblems',
  'backup-none': 'PostgresBackupNone',
  'backup-old': 'PostgresBackupOld',
  'backup-damaged': 'PostgresBackupDamaged',
  'drill-failed': 'PostgresDrillFailed',
  // Only `run-playbook status` sees the following, over SSH. Prometheus sees what comes of them.
  fenced: 'PostgresDown',
  'backup-service-down': 'PostgresBackupServiceSilent',
  'status-service-down': 'PostgresStatusGone',
  'backup-server-down': 'PostgresBackupProblems',
  'pgbackrest-differs': 'PostgresBackupProblems',
  clock: 'PostgresBackupProblems',
}

/** Warnings of which nobody has to hear at night, or by day: why. */
const WITHOUT: Readonly<Record<string, string>> = {
  'restart-pending': 'somebody changed a setting, and nothing is broken',
  'settings-overridden': 'somebody changed a setting, and nothing is broken',
  'version-differs': 'only run-playbook status sees it, and an upgrade that is under way looks like it',
  'upgrade-unfinished': 'only run-playbook status sees it, and PostgresNoPrimary tells of what it interrupts',
  'upgrade-kept': 'only run-playbook status sees it, and nothing is broken',
  bare: 'there is nothing yet that could be scraped',
}

describe('the alerts', () => {
  const folders = ['lib/cluster/status/warnings', 'lib/cluster/report']
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  const codes = new Set(
    files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\b(?:critical|warning)\(\s*'([a-z-]+)'/g)].map(
        ([, code = '']) => code,
      ),
    ),
  )

  it('tell of every warning of the status, or there is a reason why not', () => {
    assert.ok(codes.size > 40)
    const known = (code: string) => ofTheirOwn.has(code) || code in BY_OTHERS || code in WITHOUT
    assert.deepEqual(
      [...codes].filter((code) => !known(code)),
      [],
    )
  })

  it('are there, and name only codes that there are', () => {
    const named = Object.values(BY_OTHERS).flatMap((text) => text.match(/\w{3,}/g) ?? [])
    assert.deepEqual(
      named.filter((name) => !alerts.has(name)),
      [],
    )
    const listed = [...ofTheirOwn, ...Object.keys(BY_OTHERS), ...Object.keys(WITHOUT)]
    assert.deepEqual(
      listed.filter((code) => !codes.has(code)),
      [],
    )
    assert.equal(new Set(listed).size, listed.length)
  })
})
