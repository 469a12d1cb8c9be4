import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PostgresTarget } from '../../../../lib/postgres/target.ts'
import { Secret } from '../../../../lib/core/secret.ts'
import { freePort } from '../../../transport/sshd.ts'
import { postgresPrograms } from './install.ts'

/** A real PostgreSQL of the test's own, on a loopback port, with passwords checked by SCRAM. */
export interface TestServer {
  readonly target: PostgresTarget & { readonly port: number }
  readonly folder: string
  restart(): void
  stop(): void
  start(options?: string): void
  log(): string
  /** Replaces a file by one that only the server may read. */
  give(path: string, content: string): void
  remove(): void
}

const SUPERUSER = "superuser's \\password"

export async function startServer(settings: readonly string[] = []): Promise<TestServer> {
  const port = await freePort()
  const programs = postgresPrograms()
  const folder = mkdtempSync(join(tmpdir(), 'rp-postgres-'))
  const data = join(folder, 'data')
  const log = join(folder, 'log')
  const pwfile = join(folder, 'password')
  writeFileSync(pwfile, `${SUPERUSER}\n`)
  const user = ownerOf(folder, pwfile)

  const run = (program: string, ...args: string[]): void => {
    const command = [join(programs, program), ...args]
    const [file = '', ...rest] = user === undefined ? command : ['setpriv', ...user, ...command]
    execFileSync(file, rest, {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: folder,
      env: { PATH: process.env['PATH'] },
    })
  }
  const start = (options?: string): void =>
    run(
      'pg_ctl',
      '-D',
      data,
      '-l',
      log,
      '-w',
      '-t',
      '30',
      ...(options === undefined ? [] : ['-o', options]),
      'start',
    )
  const stop = (): void => run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop')

  run(
    'initdb',
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    '--pwfile',
    pwfile,
    '-N',
    '-E',
    'UTF8',
    '--locale=C',
  )
  const own = ["listen_addresses = '127.0.0.1'", `port = ${port}`, `unix_socket_directories = '${folder}'`]
  const quick = ['fsync = off', 'shared_buffers = 16MB', 'wal_level = logical', 'max_wal_size = 64MB']
  const file = join(data, 'postgresql.conf')
  writeFileSync(file, [readFileSync(file, 'utf8'), ...own, ...quick, ...settings, ''].join('\n'))
  start()
  return {
    target: { host: '127.0.0.1', port, password: new Secret('postgres', SUPERUSER) },
    folder,
    start,
    stop,
    restart: () => run('pg_ctl', '-D', data, '-l', log, '-m', 'fast', '-w', 'restart'),
    log: () => readFileSync(log, 'utf8'),
    give: (path, content) => {
      writeFileSync(`${path}.new`, content, { mode: 0o600 })
      ownerOf(`${path}.new`)
      renameSync(`${path}.new`, path)
    },
    remove: () => {
      try {
        stop()
      } catch {
        // It was stopped already.
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

// PostgreSQL refuses to run as root.
function ownerOf(...given: readonly string[]): string[] | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString())
  const [uid, gid] = [id('-u'), id('-g')]
  for (const path of given) chownSync(path, uid, gid)
  if (given.some((path) => statSync(path).uid !== uid)) throw new Error('a file was not given away')
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--']
}
