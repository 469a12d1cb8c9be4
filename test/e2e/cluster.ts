import assert from 'node:assert/strict'
import { NODES, explain, freshLab, lab, onNode, psql, run, runJson, until } from './support.ts'

/** How often a test of promotions repeats itself: once by default, five times and more by hand. */
export const REPEAT = Number(process.env['REPEAT'] ?? 1)

/** A cluster with three healthy nodes, whatever an earlier file left. @param args for each run of site */
export async function healthyCluster(...args: string[]): Promise<void> {
  await lab()
  // Without JSON: there is none when site refuses to begin.
  const site = await run('site', ...args)
  if (site.code !== 0) {
    await freshLab()
    const fresh = await runJson('site', ...args)
    assert.equal(fresh.code, 0, explain(fresh))
  }
  // A run waits until a new replica accepts connections, which it does before it streams.
  await untilStreaming(await primaryNow())
}

const untilStreaming = (primary: string): Promise<void> =>
  until('two streaming replicas', async () => {
    const count = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
    return (await psql(primary, count)) === '2'
  })

/** The node that accepts writes. @throws when there is not exactly one */
export async function primaryNow(): Promise<string> {
  const answers = await Promise.all(
    NODES.map((node) => psql(node, 'SELECT pg_is_in_recovery()').catch(() => 'silent')),
  )
  const writable = NODES.filter((_, i) => answers[i] === 'f')
  assert.equal(writable.length, 1, `accept writes: ${writable.join(', ') || 'none'}`)
  return writable[0] as string
}

/** Two replicas stream from `primary`, each by its own slot, and keep no slots of their own. @param args for site */
export async function assertHealthy(primary: string, ...args: string[]): Promise<void> {
  assert.equal(await primaryNow(), primary)
  await untilStreaming(primary)
  const wanted = NODES.filter((node) => node !== primary).map((node) => `${slotOf(node)}|t|reserved`)
  // A slot that fell behind is `extended` until its replica has said how far it got.
  await until(`the slots ${wanted.join()}`, async () => {
    const slots = 'SELECT slot_name, active, wal_status FROM pg_replication_slots ORDER BY 1'
    const found = (await psql(primary, slots)).split('\n')
    if (found.join() === wanted.join()) return true
    throw new Error(found.join())
  })
  for (const node of NODES.filter((one) => one !== primary)) {
    assert.equal(await psql(node, 'SELECT count(*) FROM pg_replication_slots'), '0', `slots on ${node}`)
    const marks = await onNode(node, 'ls /data/postgres')
    assert.doesNotMatch(marks, /fenced|rejoin|rewinding|pgdata\.(old|clone|init)/, `left on ${node}`)
  }
  const again = await runJson('site', ...args)
  assert.equal(again.code, 0, explain(again))
  assert.deepEqual(again.with('changed', 'failed'), [], 'site wants something else')
}

/** Promotes whoever has the most, as an operator would: the first try may be told to take the other one. */
export async function failOver(wish: string, other: string, ...args: string[]): Promise<string> {
  const started = Date.now()
  const first = await run('promote', '-e', `to=${wish}`, ...args)
  if (first.code === 0) {
    console.log(`    promoted ${wish} in ${Date.now() - started} ms`)
    return wish
  }
  assert.match(first.stderr, new RegExp(`${other} has received more`), explain(first))
  const second = await run('promote', '-e', `to=${other}`, ...args)
  assert.equal(second.code, 0, explain(second))
  console.log(`    promoted ${other}, which had more than ${wish}, in ${Date.now() - started} ms`)
  return other
}

export const slotOf = (node: string): string => `node_10_88_0_1${NODES.indexOf(node as 'node-a') + 1}`

export const timelineOf = async (node: string): Promise<number> =>
  Number.parseInt((await psql(node, 'SELECT pg_walfile_name(pg_current_wal_lsn())')).slice(0, 8), 16)

/** What the rows of the load come to, the same on nodes that hold the same. */
export const checksum = (node: string): Promise<string> =>
  psql(node, "SELECT count(*), md5(string_agg(id, ',' ORDER BY id)) FROM rows", 'load')

/** The node that is none of these. */
export const another = (...nodes: string[]): string => NODES.find((node) => !nodes.includes(node)) ?? ''

export const median = (values: readonly number[]): number =>
  values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? NaN

export const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))
