import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readAnswer } from '../../../lib/cluster/report/answer.ts'
import { nodeStatus } from '../../../lib/cluster/report/node-status.ts'
import { a, b } from '../cluster/nodes.ts'

const REPORTS = join(import.meta.dirname, '../cluster/report/fixtures')

const reports = readdirSync(REPORTS).map((name) => readFileSync(join(REPORTS, name), 'utf8'))
/** What servers say of themselves. */
const server = {
  recovery: true,
  timeline: 3,
  position: '50331688',
  replayed: '50331688',
  replaying: false,
  receiver: 'streaming',
  upstream: '10.88.0.11',
  followers: [{ name: 'node_10_88_0_13', state: 'streaming' }],
  slots: [{ name: 'node_10_88_0_13', active: true, walStatus: 'reserved' }],
  oldestWal: '16777216',
  paused: false,
  capacity: { max_connections: 100 },
  configured: { max_connections: 200 },
  overrides: {},
  pendingRestart: ['max_connections'],
  databases: ['app'],
  withPassword: ['app'],
}
const servers = [JSON.stringify(server), JSON.stringify({ ...server, recovery: false, upstream: null })]

const disk = `disk primary
systemId 7301234567890123456
state 6
checkpoint 50331688
timeline 3
walTimeline 00000003
history 1@0/3000000 2@0/5000000
fence node-b since 2026-11-22`

const named = `named {"name":"postgres","image":"run-playbook/postgres:17","created":"2026-11-22T20:17:42Z","labels":{"a":"b"},"mounts":[{"Source":"/data/postgres"}]}`

const order =
  '{"node":"node-a","id":"x","to":"LSN 0/3000000","wish":"x","options":["--type=lsn","--target=0/3000000"],"keep":true}'

const REHEARSAL =
  '{"at":1795492366,"result":"ok","seconds":4,"from":"15.14","to":"17.6","backup":"20261124-020000F","mode":"copy","times":[{"name":"upgrade","seconds":1.5}],"text":"","checks":[{"name":"contents","state":"ok","text":"the same"}]}'

const living = `container {"image":"run-playbook/postgres","labels":{"a":"b"},"mounts":[{"Source":"/data/postgres","Destination":"/var/lib/postgresql/data"}],"ports":{"5432/tcp":[{"HostIp":"","HostPort":"5432"}]}}
env POSTGRES_OVERLAY_IP=10.88.0.11
backup BACKUP_AT_MINUTE=120
pgbackrest repo1-retention-full=14
store repo1-s3-bucket=copies
offsite '/mnt/copies'
drill Sun *-*-* 04:00:00
mtu 1380
server ${JSON.stringify({
  version: '17.12',
  recovery: false,
  upstream: null,
  settings: [{ name: 'work_mem', value: '64MB', file: '/etc/postgresql/postgresql.conf' }],
  values: { port: '5432' },
  databases: [{ name: 'app', owner: 'app' }],
  roles: [{ name: 'app', login: true, superuser: false, replication: false }],
  slots: [{ name: 'node_10_88_0_12', type: 'physical' }],
  rules: [
    {
      type: 'host',
      databases: ['all'],
      users: ['all'],
      address: '10.88.0.0',
      netmask: '255.255.255.0',
      method: 'scram-sha-256',
      options: null,
    },
  ],
})}`

/** What nodes print to scripts of the cluster. */
export const SAID = {
  living,
  rehearsal: REHEARSAL,
  upgrade: `major 15\nsize 1024\nfree 2048\nrehearsal ${REHEARSAL}\nserver {"version":"15.14","tablespaces":[],"logicalSlots":["kafka"],"altered":["work_mem"],"prepared":0}`,
  reports,
  servers,
  disk,
  named,
  order,
  node: `${disk}
ran 100 10 8 0 64
written max_connections = '100' # why
secret:superuser ${'a'.repeat(64)}
distribution debian;12;
hasBackups yes
overlay ours
hasDocker yes
dockerTrouble permission denied
container running
runs sha256:${'b'.repeat(64)}
image run-playbook/postgres:17@sha256:${'b'.repeat(64)}
pgbackrest 2.55
memoryKb 4000000
limit 1073741824
cores 2
asks max_connections 200
${named}
server ${servers[0] ?? ''}
`,
  repository: `folder /data/backups
as-of 1700000000
wal 17-1 000000010000000000000001 000000010000000000000009 1700000000 1700000000
history 17-1 00000002 1 0/3000000`,
  restore: `free 1000000
freeCopies 1000000
size 70000
order ${order}
aside pgdata.replaced-20261124T140300Z
place as=primary
place state=done
copy lsn=0/3000000
image yes
contents app, 1 GB, about 7 rows in 2 tables
heartbeat 2026-11-24 14:03:00
`,
  state: `{"restarts":2,"state":{"ExitCode":1,"Status":"exited","StartedAt":"2026-11-22T20:17:42.907403865Z","FinishedAt":"2026-11-22T20:17:43Z","Health":{"Status":"unhealthy","Log":[{"Output":"no response"}]}}}
FATAL: the database system is starting up`,
} as const

const time = new Date(1_764_000_000_000).toISOString()

/** What a status service answers of its node. */
export const STATUS = JSON.stringify({
  ...nodeStatus(
    readAnswer(reports.find((text) => text.startsWith('disk primary')) ?? ''),
    a,
    [b],
    Date.parse(time),
  ),
  repository: {
    at: time,
    problems: [{ code: 'certificate', severity: 'warning', text: 'it expires' }],
    next: null,
  },
  warnings: [],
  history: { everySeconds: 1, lagBytes: [], standbys: {} },
  service: { version: '0', startedAt: time, memoryBytes: 0 },
})

/** As `ssh -G` of OpenSSH 9.2 prints it, in part. */
export const SSH_G = `host host
user root
hostname host.example.net
port 22
addressfamily any
batchmode no
hashknownhosts yes
identitiesonly no
passwordauthentication yes
pubkeyauthentication true
forkafterauthentication no
stricthostkeychecking ask
verifyhostkeydns false
serveralivecountmax 3
serveraliveinterval 0
ciphers chacha20-poly1305@openssh.com,aes128-ctr,aes256-gcm@openssh.com
hostkeyalgorithms ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512
kexalgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256
macs umac-64-etm@openssh.com,hmac-sha2-256
identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ed25519
userknownhostsfile /root/.ssh/known_hosts /root/.ssh/known_hosts2
proxyjump a@hop:2222,other
connecttimeout none
`
