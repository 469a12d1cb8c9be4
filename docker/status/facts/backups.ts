import { execFile } from 'node:child_process'
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { type RecoverableWindow, parseRepository, recoverableWindow } from '../../../lib/pgbackrest/index.ts'
import type { Config } from '../config.ts'
import { type StanzaInfo, parseInfo } from './info.ts'

/** What pgBackRest said, and what the disk says of it. */
export interface RepositoryFacts {
  readonly info: StanzaInfo
  /** Computed from the archive itself; undefined when it could not be listed. */
  readonly window: RecoverableWindow | undefined
  /** Labels of the backups whose folder is there; null: the folder can't be read. */
  readonly folders: ReadonlySet<string> | null
  readonly freeBytes: number | null
  readonly totalBytes: number | null
}

/** However quiet the repository is: what can change without a trace there, like its health, is asked for once a minute. */
const OLDEST_MS = 60_000

/**
 * Asks `pgbackrest info`, but only when something changed in the repository: starting a program once a second would cost
 * more than all the rest of the service.
 */
export function repositoryReader(config: NonNullable<Config['pgbackrest']>): () => Promise<RepositoryFacts> {
  let known: ({ key: string; at: number } & Pick<RepositoryFacts, 'info' | 'window'>) | undefined
  const backups = join(config.repository, 'backup', config.stanza)
  const watched = [
    backups,
    join(backups, 'backup.info'),
    join(config.repository, 'archive', config.stanza, 'archive.info'),
    config.lockPath,
  ]
  return async () => {
    const key = (await Promise.all(watched.map(changedAt))).join()
    if (known?.key !== key || performance.now() - known.at > OLDEST_MS) {
      const [info, window] = await Promise.all([askPgbackrest(config), listArchive(config)])
      known = { key, at: performance.now(), info: parseInfo(info, config.stanza), window }
    }
    const space = await statfs(config.repository).catch(() => null)
    return {
      info: known.info,
      window: known.window,
      folders: await readdir(backups).then(
        (names) => new Set(names),
        () => null,
      ),
      freeBytes: space && space.bavail * space.bsize,
      totalBytes: space && space.blocks * space.bsize,
    }
  }
}

const changedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )

function askPgbackrest({
  command: [program = '', ...first],
  stanza,
}: NonNullable<Config['pgbackrest']>): Promise<string> {
  // Off, not error: every other level writes lines of log before the JSON.
  const quiet = ['--log-level-console=off', '--log-level-file=off', '--log-level-stderr=error']
  const args = [...first, `--stanza=${stanza}`, ...quiet, '--output=json', 'info']
  return output(program, args)
}

async function listArchive(
  config: NonNullable<Config['pgbackrest']>,
): Promise<RecoverableWindow | undefined> {
  const { lister, repository, stanza } = config
  const text = await output(lister, [repository, stanza]).catch(() => undefined)
  return text === undefined ? undefined : recoverableWindow(parseRepository(text))
}

function output(program: string, args: readonly string[]): Promise<string> {
  const bounds = { timeout: 10_000, killSignal: 'SIGKILL', maxBuffer: 16 * 2 ** 20 } as const
  return new Promise((resolve, reject) => {
    execFile(program, args, bounds, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(why(error, stderr), { cause: error }))
    })
  })
}

function why(error: Error & { killed?: boolean; code?: unknown }, stderr: string): string {
  if (error.killed) return 'pgbackrest did not answer within 10 s'
  if (error.code === 'ENOENT') return 'pgbackrest is not there'
  const line = stderr.split('\n').find((one) => one.includes('ERROR'))
  return line?.replace(/^.*?ERROR: */, 'pgbackrest: ') ?? `pgbackrest ended with status ${String(error.code)}`
}
