import type { Status } from '../../lib/cluster/status/schema.ts'
import { ask, statusOf } from './service.ts'
import { NODES, start, until } from './support.ts'

/** What the status promises: whatever happens shows this soon, wherever somebody looks. */
const SOON = 5

/** How a change shows to each kind of reader. */
export interface Sight {
  readonly json: (status: Status) => boolean
  readonly metric: RegExp
  /** Words of the page. */
  readonly page: RegExp
  /** A line of `run-playbook status`. */
  readonly line: RegExp
}

/** What `run-playbook status` prints for programs; the warnings of all nodes stand beside them. */
interface Report {
  readonly nodes: Record<string, Omit<Status, 'warnings'>>
  readonly warnings: (Status['warnings'][number] & { readonly node: string | null })[]
}

export interface Witness {
  shows(node: string, sight: Sight): Promise<void>
  close(): Promise<void>
}

/** Two of `run-playbook status --watch 1`, one for people and one for programs, once both have printed every node. */
export async function openWitness(): Promise<Witness> {
  const text = watching([])
  const json = watching(['--output', 'json'])
  const reports = /^\{"type":"report".*$/gm
  const seen = (node: string): Status | undefined => {
    const last = json.printed().match(reports)?.at(-1)
    if (last === undefined) return undefined
    const { nodes, warnings } = (JSON.parse(last) as { readonly data: Report }).data
    const status = nodes[node]
    return status && { ...status, warnings: warnings.filter((one) => one.node === node) }
  }
  // What somebody has before their eyes: the last table, once every node has its row.
  const table = (): string => {
    const tables = text.printed().split(/^(?=node +role )/m)
    return tables.findLast((one) => NODES.every((node) => one.includes(`\n${node} `))) ?? ''
  }
  const close = async (): Promise<void> => {
    await Promise.all([text.end(), json.end()])
  }
  // To start the command is no part of what is measured.
  const begun = until('the first reports', async () => table() !== '' && NODES.every(seen))
  await begun.catch(async (error: unknown) => {
    await close()
    throw error
  })
  return {
    shows: async (node, { json: test, metric, page, line }) => {
      const places: Record<string, () => Promise<boolean> | boolean> = {
        'the JSON of the service': async () => test(await statusOf(node)),
        'the metrics': async () => metric.test(await ask(node, '/metrics')),
        'the page': async () => page.test(await ask(node, '/', undefined, 'text/html')),
        'the terminal': () => line.test(table()),
        'its JSON': () => {
          const status = seen(node)
          return status !== undefined && test(status)
        },
      }
      const look = async ([place, there]: [string, () => Promise<boolean> | boolean]): Promise<void> => {
        const question = async (): Promise<boolean> => there()
        await until(`${node}: ${place}`, question, SOON).catch((error: Error) => {
          throw new Error(`${error.message}\n${table()}\n${JSON.stringify(seen(node))}`, { cause: error })
        })
      }
      await Promise.all(Object.entries(places).map(look))
    },
    close,
  }
}

function watching(args: readonly string[]): { printed(): string; end(): Promise<void> } {
  const { child, done } = start(['status', '--watch', '1', ...args])
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  return {
    printed: () => printed,
    end: async () => {
      child.kill('SIGINT')
      await done
    },
  }
}
