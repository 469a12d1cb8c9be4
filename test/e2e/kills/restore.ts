import assert from 'node:assert/strict'
import { primaryNow, timelineOf } from '../cluster.ts'
import { type Report, inLoad, startLoad, untilWriting } from '../load/load.ts'
import { IN_PLACE, archive, write } from '../restore.ts'
import { NODES, explain, onNode, run } from '../support.ts'
import type { End, Operation } from './operation.ts'

// What earlier restores have kept.
const KEPT =
  'rm -rf /data/postgres/pgdata.replaced-* /data/postgres/restore.report /data/backups/aside-*; docker rm -f postgres-restore || true'

/** In place, to a moment before the operation: all that was committed until then has to be there again. */
export const restore = (...args: string[]): Operation => ({
  name: 'restore in place',
  prepare: async (primary) => {
    await Promise.all(NODES.map((node) => onNode(node, KEPT)))
    const early = await startLoad(primary, 2)
    await untilWriting(primary)
    const { acknowledged } = await early.stop()
    const moment = await write(primary, 'orders', 1000)
    await archive(primary)
    const timeline = await timelineOf(primary)
    const command = ['restore', '-e', `target-time=${moment}`, ...IN_PLACE, ...args]
    /** Rows of the restored cluster, when the run that opened it was killed. */
    let opened: readonly string[] = []
    const isOver = async (): Promise<boolean> => {
      const orders = await Promise.all(NODES.map((node) => onNode(node, 'ls /data/postgres')))
      return !orders.some((found) => found.includes('restore.order')) && (await isLater(timeline))
    }
    const finish = async (): Promise<End> => {
      // The servers are back, and what is left is what any run of site does. Once more, it would be another restore.
      const over = await isOver()
      if (await isLater(timeline)) opened = await rows(await primaryNow())
      const again = await run(...(over ? ['site', ...args] : [...command, '--lock-wait', '300']))
      assert.equal(again.code, 0, explain(again))
      return { way: 'finished', primary: undefined }
    }
    const abort = async (): Promise<End> => {
      const back = await run(
        'restore',
        '-e',
        'in-place=yes',
        '-e',
        'abort=yes',
        ...args,
        '--lock-wait',
        '300',
      )
      if (back.code !== 0) assert.match(back.stderr, /passed its point of no return/, explain(back))
      if (back.code === 0 && !(await isLater(timeline))) return { way: 'aborted', primary }
      return { ...(await finish()), way: 'finished, too late' }
    }
    return {
      words: `${primary} to ${moment}`,
      command,
      finish,
      abort,
      lost: async (now, { way }, report) => {
        const there = new Set(await rows(now))
        const owed = way === 'aborted' ? report.acknowledged : [...opened, ...sinceOpened(report, there)]
        return [...acknowledged, ...owed].filter((id) => !there.has(id))
      },
    }
  },
})

const isLater = async (timeline: number): Promise<boolean> =>
  await primaryNow().then(
    async (primary) => (await timelineOf(primary)) > timeline,
    () => false,
  )

const rows = async (node: string): Promise<readonly string[]> =>
  (await inLoad(node, 'SELECT id FROM rows')).split('\n')

/** A restore takes back what each writer wrote first. From the first row on that is there, all have to be. */
function sinceOpened({ acknowledged }: Report, there: ReadonlySet<string>): string[] {
  const begun = new Set<string>()
  return acknowledged.filter((id) => {
    const writer = id.replace(/-\d+$/, '')
    if (there.has(id)) begun.add(writer)
    return begun.has(writer)
  })
}
