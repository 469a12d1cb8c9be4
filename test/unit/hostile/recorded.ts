import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SAID } from './said.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')

/** The files of a folder of fixtures whose names end like this. */
export const fixtures = (folder: string, ending: string): string[] =>
  readdirSync(join(FIXTURES, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(FIXTURES, folder, name), 'utf8'))

const fixture = (name: string): string => readFileSync(join(FIXTURES, name), 'utf8')

/** As `docker inspect --format '{{json .}}'` prints what was recorded: an object a line. */
const inspected = (...names: readonly string[]): string =>
  names
    .flatMap((name) => JSON.parse(fixture(`docker-20.10/${name}.json`)) as object[])
    .map((one) => `${JSON.stringify(one)}\n`)
    .join('')

/** As the reader `output` brings back what a script printed. */
const printed = (text: string): string => `#0\n${coded(text)}`

/** In base64, with the exit code at its end. */
const coded = (text: string): string =>
  `${Buffer.from(`${text}\n0`).toString('base64').replace(/.{76}/g, '$&\n')}\n`

/** An answer of a reader that this machine has nothing to say to. */
interface Recorded {
  readonly texts: readonly string[]
  readonly code?: number
  readonly wrap?: (text: string) => string
}

const CLUSTER =
  '{"systemId":"7711561987061853155","version":"15","role":"primary","timeline":1,"running":true}'
const rows = (...values: readonly object[]): string => JSON.stringify(values)

/** What real hosts and servers answered, by the name of the reader. */
export const RECORDED: Readonly<Record<string, Recorded>> = {
  service: { texts: [fixture('systemctl-show-252.txt')] },
  'service-run': { texts: [fixture('systemctl-show-run-252.txt')] },
  'docker compose': {
    texts: [
      [
        'project shop',
        'service web',
        'container shop-web-1\trunning\tweb\t/srv/shop\tUp 2 seconds',
        'says  DRY-RUN MODE -  Container shop-web-1  Recreate',
        'says  DRY-RUN MODE -  Volume shop_data  Removing',
        'there volume shop_data shop',
        'end\n',
      ].join('\n'),
      'failed\nyaml: line 1: did not find expected node content\n',
    ],
  },
  npm: {
    texts: [
      'home /root\n{"one":{"version":"1.0.0","missing":false,"invalid":false,"extraneous":false},"root":"/usr/lib"}\n',
      'home /root\n{"differs":[["leaf","absent","1.1.0"]],"total":1,"lock":true,"manifest":true}\n',
      'home /root\nforeign 1000\n',
    ],
  },
  'npm registry': {
    texts: [
      'home /root\n"1.2.0"\n',
      'home /root\n{"leaf":{"current":"1.0.0","wanted":"1.1.0","latest":"2.0.0","dependent":"app"}}\n',
      'home /root\n{"error":{"code":"E404","summary":"Not Found - GET http://127.0.0.1/leaf","detail":""}}\n',
    ],
  },
  docker_container: { texts: [inspected('container-all-options', 'container-defaults')] },
  docker_image: { texts: [inspected('images')] },
  docker_network: { texts: [inspected('network')] },
  docker_volume: { texts: [inspected('volume')] },
  pgbackrest: {
    texts: fixtures('pgbackrest-2.45', '.json').map((info) => `${CLUSTER}\n${info}`),
    wrap: printed,
  },
  pgbackrest_expire: { texts: fixtures('pgbackrest-2.45', 'expire-dry.txt'), wrap: printed },
  pgbackrest_data_folder: { texts: ['cluster\nyes\n--type=lsn --target=0/3000000'], wrap: printed },
  restore_repository: { texts: [SAID.repository] },
  pgbackrest_repository: { texts: [SAID.repository], wrap: (text) => `#0\n${text}\n` },
  restore: { texts: [SAID.restore] },
  node: { texts: [SAID.node] },
  status: { texts: SAID.reports },
  living_node: { texts: [SAID.living] },
  found_secrets: { texts: ['superuser c2VjcmV0\nwireguard c2VjcmV0'] },
  crontab: { texts: ['# a\n0 0 * * * true\n'], wrap: coded },
  'local copy': { texts: ['{"path":"/srv/fetched/a","type":"absent"}'] },
  download: { texts: [`0\n${'c'.repeat(64)}  -\n`] },
  jobs: {
    texts: [
      `0123456789abcdef-0123456789abcdef running 2 a task\n0123456789abcdef-0123456789abcde0 lost 1 b\n`,
    ],
  },
  'owed-handlers': { texts: ['0123456789abcdef\n0123456789abcde0\n'] },
  overlay: { texts: ['up\n10.88.0.12\nstalled 10.88.0.13 1420\n'] },
  drill: { texts: ['installed\n{"at":1795490748,"result":"failed","seconds":10,"text":"no backup"}'] },
  rehearsal: { texts: [SAID.rehearsal] },
  upgrade: { texts: [SAID.upgrade] },
  postgres_image_contents: {
    texts: [
      'entrypoint ["entrypoint.sh"]\nmissing program jq\npostgres postgres (PostgreSQL) 17.2\npgbackrest pgBackRest 2.55\nuid 999\nlibc glibc\nlooked\ndata 17\ndata-uid 999\ndata-libc glibc\n',
    ],
  },
  postgres_number: { texts: ['ids 999 999\ngroup systemd-journal\ntools\n', 'ids 70 70\ntools\n'] },
  docker_complete: { texts: ['docker\ndockerd\n'] },
  'repository-cipher': { texts: ['encrypted\n'] },
  'object-store-owner': { texts: ['cluster 7001 3\n', 'foreign the place belongs to another cluster\n'] },
  postgres_passfile: { texts: ['old\n'] },
  postgres_fence: { texts: ['fenced\nrunning\n'] },
  postgres_standing: { texts: ['replica\nfenced\nasked\n'] },
  'container-health': { texts: ['starting\nLOG: the database system is starting up\n'] },
  postgres_readiness: { texts: [`container-restarting\n${SAID.state}`] },
  postgres_following: { texts: ['2'] },
  postgres_backups: { texts: ['1'] },
  postgres_recovery: { texts: ['true'] },
  postgres_function: { texts: ['[{"owner" : "postgres", "asWanted" : true}]', '[null]'] },
  postgres_leftover_slots: { texts: ['["node_10_88_0_12","node_10_88_0_13"]'] },
  postgres_query: { texts: ['[[{"a":1},{"b":null}]]'] },
  postgres_database: {
    texts: [rows({ owner: 'other', encoding: 'UTF8', locale: 'C.UTF-8', connectionLimit: -1 })],
  },
  postgres_connections: { texts: ['[3]'] },
  postgres_extension: { texts: ['["1.6"]'] },
  postgres_execute: { texts: ['["refused"]'] },
  postgres_slot: {
    texts: [
      rows({
        type: 'physical',
        plugin: null,
        database: null,
        active: true,
        reserved: true,
        walStatus: 'reserved',
      }),
    ],
  },
  postgres_settings: {
    texts: [
      rows({
        problems: [
          { file: '/a.conf', line: 3, name: 'work_mem', configured: '1', message: 'could not be applied' },
        ],
        rules: [{ line: 1, message: 'no such rule', file: '/hba' }],
        pending: [{ name: 'work_mem', running: '4MB', overridden: false }],
        stale: true,
      }),
    ],
  },
  postgres_role: {
    texts: [
      rows({
        login: true,
        superuser: true,
        createdb: false,
        createrole: false,
        inherit: true,
        replication: false,
        bypassrls: false,
        connectionLimit: 5,
        validUntil: '2030-01-01T00:00:00.000Z',
        password: 'SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy',
        memberOf: ['pg_monitor', 'others'],
        settings: ['work_mem=8MB'],
        comment: 'a role',
      }),
    ],
  },
}
