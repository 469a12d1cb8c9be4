import { join } from 'node:path'
import { onNetworkOf } from '../network.ts'
import { psql, until } from '../support.ts'

const PASSWORD = 'load'

export interface Report {
  /** Rows that PostgreSQL said were committed. */
  readonly acknowledged: readonly string[]
  readonly unanswered: number
  /** The longest time in which no writer at all had a commit. */
  readonly longestGapMs: number
}

/** A database to write to, on whichever node is primary. */
export async function prepareLoad(primary: string): Promise<void> {
  const role = await psql(primary, "SELECT count(*) FROM pg_roles WHERE rolname = 'load'")
  if (role === '0') {
    await psql(primary, `CREATE ROLE load LOGIN PASSWORD '${PASSWORD}'`)
    await psql(primary, 'CREATE DATABASE load OWNER load')
    // No unique key: it would hide a commit that is done twice.
    await inLoad(
      primary,
      'CREATE TABLE rows (id text); CREATE INDEX ON rows (id); CREATE TABLE knocks (at int)',
    )
    await inLoad(primary, 'ALTER TABLE rows OWNER TO load')
  }
  await inLoad(primary, 'TRUNCATE rows, knocks')
}

/** Tries to write to a node again and again; `stop` says how often it was let in. */
export function knock(node: string): { accepted(): number; stop(): Promise<number> } {
  let running = true
  let accepted = 0
  const done = (async () => {
    while (running) {
      await inLoad(node, 'INSERT INTO knocks VALUES (1)').then(
        () => accepted++,
        () => {},
      )
      await new Promise((wake) => setTimeout(wake, 200))
    }
    return accepted
  })()
  return { accepted: () => accepted, stop: () => ((running = false), done) }
}

/** SQL in the database of the load. */
export const inLoad = (node: string, sql: string): Promise<string> => psql(node, sql, 'load')

/** How the writers log in. */
export interface Login {
  readonly port: number
  /** The user, and the database, which is its own. */
  readonly user: string
  readonly password: string
}

const LOAD: Login = { port: 5432, user: 'load', password: PASSWORD }

/** Writers on the network of a node, where the overlay is: as an application on it would. */
export async function startLoad(
  from: string,
  writers = 4,
  { port, user, password }: Login = LOAD,
): Promise<{ stop(): Promise<Report> }> {
  const program = [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'main.ts')]
  const hosts = '10.88.0.11,10.88.0.12,10.88.0.13'
  const child = await onNetworkOf(from, [...program, `${writers}`, hosts, `${port}`, user], {
    PGPASSWORD: password,
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return {
    stop: async () => {
      child.stdin.end()
      const code = await ended
      if (code !== 0) throw new Error(`the load ended with ${code}`)
      return JSON.parse(text) as Report
    },
  }
}

/** Until clients have written so many rows from now on: they take a while to start, and to find a new primary. */
export async function untilWriting(primary: string, rows = 50): Promise<void> {
  const count = async () => Number(await inLoad(primary, 'SELECT count(*) FROM rows'))
  const before = await count()
  await until(`${rows} more rows`, async () => (await count()) >= before + rows)
}

/** Rows that were acknowledged and are not there, and rows that are there twice. */
export async function compare(
  primary: string,
  { acknowledged }: Report,
  database = 'load',
): Promise<{ lost: string[]; doubled: number }> {
  const there = new Set((await psql(primary, 'SELECT id FROM rows', database)).split('\n'))
  const doubled = await psql(primary, 'SELECT count(*) - count(DISTINCT id) FROM rows', database)
  return { lost: acknowledged.filter((id) => !there.has(id)), doubled: Number(doubled) }
}
