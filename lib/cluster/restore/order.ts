import { z } from 'zod'

/**
 * A restore that was decided on. It lies on every node from before the first change until after the last one, so that whoever
 * comes after a runner that was killed finishes that one, and nobody mistakes what is half done for a cluster.
 */
export const orderSchema = z.object({
  /** `20261124T140300Z`: names the folders that are kept. */
  id: z.string().regex(/^[\w.-]+$/),
  /** Whose repository, and who is the primary afterwards. */
  node: z.string(),
  /** Which of its repositories: the one on its disk, where nothing is said, or the one in the object store. */
  repository: z.enum(['local', 'object-store']).optional(),
  /** In words, for people. */
  to: z.string(),
  /** Of the wish: the same one asked for again is this one, to be finished. */
  wish: z.string(),
  /** For the image's `restore`. */
  options: z.array(z.string()),
  keep: z.boolean(),
  /** Whether an abort finds all that was there before it: not where another one was unfinished, or an earlier version began it. */
  abortable: z.boolean().default(false),
  /** The cluster that comes of it. An order of an earlier version does not say. */
  becomes: z.object({ systemId: z.string(), timeline: z.int() }).optional(),
})

export type Order = z.output<typeof orderSchema>

/** The file beside the data folder. */
export const ORDER = 'restore.order'

/** The file beside the data folder that says that the point of no return of a restore has been passed. */
export const OPENED = 'restore.opened'

/** The file beside the data folder that says that a restore is being aborted, and where the old data are. */
export const ABORTING = 'restore.aborting'

export const orderText = (order: Order): string => `${JSON.stringify(order)}\n`

export function parseOrder(text: string | undefined): Order | undefined {
  if (text === undefined || text === '') return undefined
  try {
    return orderSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** What the image's `restore` left: lines KEY=VALUE. */
export interface Report {
  readonly as: string
  readonly state: 'running' | 'failed' | 'proved' | 'done'
  /** Epoch seconds of when it came to that. */
  readonly at: number
  readonly because: string | undefined
  readonly timeline: string
  readonly lsn: string
  /** The newest row of run_playbook.heartbeat. */
  readonly heartbeat: string
  /** When the last transaction was committed that is in it. */
  readonly commit: string
  readonly databases: string
}

export function parseReport(lines: readonly string[]): Report | undefined {
  const found = new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const as = found.get('as')
  if (as === undefined) return undefined
  const at = (name: string) => found.get(name) ?? ''
  return {
    as,
    state: at('state') as Report['state'],
    at: Number(at('at')),
    because: found.get('because'),
    timeline: at('timeline'),
    lsn: at('lsn'),
    heartbeat: at('heartbeat'),
    commit: at('commit'),
    databases: at('databases'),
  }
}
