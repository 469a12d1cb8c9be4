import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { Report } from '../../core/report.ts'
import type { Host } from '../../playbook/inventory.ts'
import type { PlaybookContext, ReportContext } from '../../playbook/playbook.ts'
import { nodeFact } from '../facts/node.ts'
import { nodesOf } from '../nodes.ts'
import { type TakeOverFacts, takeOver, takeOverVars } from '../secrets/take-over.ts'
import { settled } from '../settled.ts'
import { yes } from '../vars/cluster.ts'
import type { ClusterFacts } from '../cluster.ts'
import { type Draft, draftOf } from './draft.ts'
import type { Living } from './living.ts'

/** What `-e` may set for `adopt`. */
export const adoptVars = takeOverVars.extend({
  file: z
    .string()
    .default('inventory.adopted.ts')
    .describe('Where to write the inventory. (default: inventory.adopted.ts)'),
  overwrite: yes.default(false).describe('Replace the file if it has another content.'),
})

/** What is asked of the nodes. */
export interface AdoptFacts extends TakeOverFacts, ClusterFacts {
  readonly living: Living | undefined
}

type Vars = z.output<typeof adoptVars>
type Context = PlaybookContext<Vars, AdoptFacts>

/**
 * Takes the secrets of the nodes into the store, and refuses what cannot be adopted.
 * @throws UserError E_ADOPT, and as `takeOver` does
 */
export function adopt(context: Context): void {
  const draft = draftIn(context)
  if (draft === undefined) return
  const { file, overwrite } = context.vars
  if (!overwrite && existsSync(file) && readFileSync(file, 'utf8') !== draft.text)
    throw new UserError('E_ADOPT', `not adopted: ${file} exists, and has another content`, {
      hint: 'To replace it: -e overwrite=yes. To write another file: -e file=NAME. Nothing was changed.',
    })
  takeOver(context)
}

/** Writes the inventory, and says what an inventory cannot say. */
export function adoptReport(context: ReportContext<Vars, AdoptFacts>): Report {
  const draft = draftIn(settled(context))
  if (draft === undefined) return { parts: [], data: {} }
  const { file } = context.vars
  if (!context.check) writeFileSync(file, draft.text)
  const urgent = draft.notes.filter((note) => note.urgent)
  return {
    parts: [
      {
        kind: 'lines',
        lines: [
          {
            text: `${file} ${context.check ? 'would say' : 'says'} what the nodes have. Nothing was changed on any node.`,
          },
          ...urgent.map(({ text }) => ({ text: { text, tone: 'warning' as const } })),
          ...draft.notes.filter((note) => !note.urgent).map(({ text }) => ({ text })),
          {
            text: `Read ${file}, and use it as inventory.ts. Then look at what would change: run-playbook site --check`,
          },
        ],
      },
    ],
    data: { file, vars: draft.vars, notes: draft.notes.map(({ text }) => text) },
  }
}

function draftIn({ hosts, facts, secrets }: Pick<Context, 'hosts' | 'facts' | 'secrets'>): Draft | undefined {
  const nodes = nodesOf(hosts)
  const found = ({ name }: Host): Living | undefined => facts.living[name]
  if (nodes.every((node) => found(node) === undefined)) return undefined
  return draftOf(
    nodes.map((host) => ({
      host,
      living: found(host),
      fact: facts.node[host.name] ?? nodeFact.unknown,
    })),
    (secret) => secrets.isKept(secret),
  )
}
