import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { install } from '../../support/install.ts'
import { postgresPrograms } from '../../unit/postgres/support/install.ts'

/** A real PostgreSQL on an address of its own, as a node of a cluster: socket, slot, archive and repository. */
export interface Postgres {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly folder: string
  readonly replicationName: string
  /** pgBackRest with this node's configuration. */
  readonly pgbackrest: string[]
  sql(...statements: string[]): Promise<string>
  start(): Promise<unknown>
  stop(mode?: 'fast' | 'immediate'): Promise<unknown>
  /** Runs pgBackRest on this node. */
  backUp(...args: string[]): Promise<string>
}

export interface Place {
  readonly root: string
  readonly name: string
  readonly address: string
  readonly port: number
  readonly settings?: readonly string[]
  /** Passphrase of the repository. */
  readonly cipher?: string | undefined
}

/** Makes a primary, or a copy of `from`. */
export async function createPostgres(place: Place, from?: Postgres): Promise<Postgres> {
  install('/usr/bin/pgbackrest', 'pgbackrest')
  const bin = postgresPrograms()
  const postgres = shape(place, bin)
  const { folder, replicationName: slot } = postgres
  const data = join(folder, 'data')
  for (const one of ['', 'socket', 'repository', 'lock', 'spool', 'log-pgbackrest', 'state'])
    mkdirSync(join(folder, one))
  writeFileSync(join(folder, 'pgbackrest.conf'), pgbackrestConf(folder, place.port, place.cipher))
  own(folder)
  if (from === undefined) {
    await asPostgres(`${bin}/initdb -D ${data} -U postgres -A trust -N -k -E UTF8 --locale=C`)
    writeFileSync(join(data, 'pg_hba.conf'), HBA)
  } else {
    await from.sql(`SELECT pg_create_physical_replication_slot('${slot}', true)`)
    const source = `-h ${from.address} -p ${from.port} -U postgres -S ${slot}`
    await asPostgres(`${bin}/pg_basebackup -D ${data} ${source} -c fast -X stream`)
    writeFileSync(join(data, 'standby.signal'), '')
  }
  writeFileSync(join(data, 'postgresql.conf'), postgresqlConf(postgres, place.settings ?? [], from))
  own(data)
  await postgres.start()
  if (from === undefined)
    await postgres.sql('CREATE ROLE monitor LOGIN', 'GRANT pg_monitor TO monitor', 'CREATE DATABASE app')
  await postgres.backUp('--no-online', '--log-level-console=off', 'stanza-create')
  return postgres
}

export async function removePostgres(all: readonly Postgres[], root: string): Promise<void> {
  // What a test stopped is down already.
  await Promise.all(all.map((one) => one.stop('immediate').catch(() => undefined)))
  rmSync(root, { recursive: true, force: true })
}

function shape({ root, name, address, port }: Place, bin: string): Postgres {
  const folder = join(root, name)
  const control = (rest: string) => asPostgres(`${bin}/pg_ctl -D ${folder}/data -s -w ${rest}`)
  const psql = `${bin}/psql -XAtq -h ${folder}/socket -p ${port} -U postgres -d postgres`
  const pgbackrest = ['pgbackrest', `--config=${folder}/pgbackrest.conf`]
  return {
    name,
    address,
    port,
    folder,
    pgbackrest,
    replicationName: `node_${address.replaceAll('.', '_')}`,
    sql: (...statements) => asPostgres(psql, ...statements.flatMap((one) => ['-c', one])),
    start: () => control(`-l ${folder}/log -t 30 start`),
    stop: (mode = 'fast') => control(`-m ${mode} stop`),
    backUp: (...args) => asPostgres(pgbackrest.join(' '), '--stanza=main', ...args),
  }
}

const HBA = `local all all trust
host all all 127.0.0.0/8 trust
host replication all 127.0.0.0/8 trust
`

function postgresqlConf(
  { folder, address, port, replicationName: name, pgbackrest }: Postgres,
  more: readonly string[],
  from: Postgres | undefined,
): string {
  return [
    'fsync = off',
    'shared_buffers = 16MB',
    'max_wal_size = 64MB',
    'wal_keep_size = 0',
    // As on a node. With 60 s an idle receiver would ask for a word only when it counts as cut off.
    'wal_receiver_timeout = 30s',
    'max_connections = 20',
    `listen_addresses = '${address}'`,
    `port = ${port}`,
    `unix_socket_directories = '${folder}/socket'`,
    `cluster_name = '${name}'`,
    'archive_mode = always',
    `archive_command = '${pgbackrest.join(' ')} --stanza=main archive-push %p'`,
    `primary_slot_name = '${name}'`,
    from && `primary_conninfo = 'host=${from.address} port=${port} user=postgres application_name=${name}'`,
    ...more,
    '',
  ].join('\n')
}

const pgbackrestConf = (folder: string, port: number, cipher?: string): string => `[global]
repo1-path=${folder}/repository
${cipher === undefined ? '' : `repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=${cipher}\n`}repo1-retention-full=2
archive-mode-check=n
archive-timeout=10
lock-path=${folder}/lock
spool-path=${folder}/spool
log-path=${folder}/log-pgbackrest
start-fast=y
[main]
pg1-path=${folder}/data
pg1-socket-path=${folder}/socket
pg1-port=${port}
`

const asRoot = process.getuid?.() === 0

/** Without blocking: the services under test live in this process. PostgreSQL refuses to run as root. */
async function asPostgres(words: string, ...more: string[]): Promise<string> {
  const id = (flag: string) => execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim()
  const change = asRoot
    ? ['setpriv', `--reuid=${id('-u')}`, `--regid=${id('-g')}`, '--clear-groups', '--']
    : []
  const [file = '', ...args] = [...change, ...words.split(' '), ...more]
  return (await promisify(execFile)(file, args, { cwd: '/' })).stdout.trim()
}

function own(folder: string): void {
  if (asRoot) execFileSync('chown', ['-R', 'postgres:', folder])
}
