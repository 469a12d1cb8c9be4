import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from '../support/install.ts'

/** A throwaway PostgreSQL with a pgBackRest configuration, run by the user postgres of this machine. */
export interface Cluster {
  readonly folder: string
  readonly config: string
  readonly data: string
  /** Runs a script as postgres. @returns what it printed */
  sh(script: string): string
  sql(statement: string): string
  start(): void
  stop(): void
  /** Throws the data away and begins a cluster with another system identifier. */
  anew(): void
  /** Has the cluster archive into another stanza. */
  configure(stanza: string): void
  remove(): void
}

const PORT = 55_432

export function makeCluster(): Cluster {
  install('/usr/bin/pgbackrest', 'pgbackrest')
  install('/usr/share/postgresql-common/pg_wrapper', 'postgresql')
  const [version = ''] = readdirSync('/usr/lib/postgresql').toSorted((a, b) => Number(b) - Number(a))
  const bin = `/usr/lib/postgresql/${version}/bin`
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-pgbackrest-'))
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])))
  chownSync(folder, uid, gid)
  chmodSync(folder, 0o700)
  const at = (name: string) => join(folder, name)
  for (const name of ['repo', 'lock', 'log', 'spool', 'socket']) {
    mkdirSync(at(name))
    chownSync(at(name), uid, gid)
  }
  const [data, config] = [at('pgdata'), at('pgbackrest.conf')]
  writeFileSync(config, configuration(folder), { mode: 0o644 })

  const sh = (script: string): string =>
    execFileSync('su', ['-s', '/bin/sh', 'postgres', '-c', `PATH=${bin}:$PATH\nset -e\n${script}`], {
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  const cluster: Cluster = {
    folder,
    config,
    data,
    sh,
    sql: (statement) => sh(`psql -XAtq -h ${at('socket')} -p ${PORT} -d postgres -c "${statement}"`),
    start: () => sh(`pg_ctl -D ${data} -w -l ${at('log')}/postgres.log start`),
    stop: () => sh(`if [ -f ${data}/postmaster.pid ]; then pg_ctl -D ${data} -w -m immediate stop; fi`),
    anew: () => {
      cluster.stop()
      rmSync(data, { recursive: true, force: true })
      sh(`initdb -k -D ${data} -A trust --locale=C.UTF-8
        echo "include 'ours.conf'" >> ${data}/postgresql.conf
        cat > ${data}/ours.conf <<'END'
${settings(folder)}
END`)
      cluster.start()
    },
    configure: (stanza) => {
      writeFileSync(config, configuration(folder).replace('[main]', `[${stanza}]`))
      sh(`sed -i 's/--stanza=[a-z]*/--stanza=${stanza}/' ${data}/ours.conf`)
      cluster.sql('SELECT pg_reload_conf()')
    },
    remove: () => {
      cluster.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  cluster.anew()
  return cluster
}

const configuration = (folder: string): string => `
[global]
repo1-path=${folder}/repo
repo1-retention-full=9
archive-mode-check=n
lock-path=${folder}/lock
log-path=${folder}/log
spool-path=${folder}/spool
start-fast=y
archive-timeout=20
[main]
pg1-path = ${folder}/pgdata
pg1-socket-path=${folder}/socket
pg1-port=${PORT}
`

const settings = (folder: string): string => {
  const pgbackrest = `pgbackrest --config=${folder}/pgbackrest.conf --stanza=main`
  return `port = ${PORT}
listen_addresses = ''
unix_socket_directories = '${folder}/socket'
archive_mode = on
archive_command = '${pgbackrest} archive-push %p'
restore_command = '${pgbackrest} archive-get %f "%p"'
shared_buffers = 16MB
fsync = off`
}
