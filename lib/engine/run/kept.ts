import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { argsKey } from '../../core/args-key.ts'
import { UserError } from '../../core/errors.ts'
import { isDeferred } from '../../core/deferred.ts'
import type { CompiledPlay } from '../../playbook/compile.ts'
import { keyOf } from '../../playbook/identify.ts'
import type { Start } from '../../playbook/start.ts'
import { readText, replaceFile } from '../../secrets/files.ts'

/*
 * Where the last run of a playbook ended on each host, for --resume: one file an environment, beside its secrets. A host
 * that came to the end of its plays is not in it.
 */

const FILE = 'resume.json'

const positionSchema = z.strictObject({
  /** Whether it is in one of the plays that prepare the hosts. */
  first: z.boolean(),
  play: z.number().int().min(0),
  entry: z.number().int().min(0),
  /** The task, for people. */
  task: z.string(),
  /** What comes before it, as a checksum: in a playbook or an inventory that was changed it may be something else. */
  before: z.string(),
})
export type Position = z.infer<typeof positionSchema>

const fileSchema = z.strictObject({
  version: z.literal(1),
  playbooks: z.record(z.string(), z.record(z.string(), positionSchema)),
})
type Kept = z.infer<typeof fileSchema>

/** The positions of the hosts in a playbook. @throws UserError E_RESUME for a file that makes no sense */
export async function readPositions(stateDir: string, playbook: string): Promise<Map<string, Position>> {
  const { playbooks } = await read(stateDir)
  return new Map(Object.entries(Object.hasOwn(playbooks, playbook) ? (playbooks[playbook] ?? {}) : {}))
}

/** Replaces the positions of these hosts; `undefined` removes one. Nothing is written where nothing differs. */
export async function writePositions(
  stateDir: string,
  playbook: string,
  positions: ReadonlyMap<string, Position | undefined>,
): Promise<void> {
  const kept = await read(stateDir)
  const own = new Map(Object.entries(kept.playbooks[playbook] ?? {}))
  const before = own.size
  for (const [host, position] of positions) {
    if (position === undefined) own.delete(host)
    else own.set(host, position)
  }
  if (own.size === 0 && before === 0) return
  const { [playbook]: _, ...others } = kept.playbooks
  const playbooks = own.size === 0 ? others : { ...others, [playbook]: Object.fromEntries(own) }
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const text = `${JSON.stringify({ version: 1, playbooks } satisfies Kept, undefined, 2)}\n`
  await replaceFile(join(stateDir, FILE), text, 0o600)
}

async function read(stateDir: string): Promise<Kept> {
  const path = join(stateDir, FILE)
  const text = await readText(path)
  if (text === undefined) return { version: 1, playbooks: {} }
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new UserError('E_RESUME', `the file ${path}, which --resume needs, cannot be parsed`, {
      cause,
      hint: 'Remove it: it only records where the last runs failed.',
    })
  }
}

/** A checksum of the tasks of a host before a place. */
export function checksumBefore(plays: readonly CompiledPlay[], host: string, { play, entry }: Start): string {
  const hash = createHash('sha256')
  for (const [index, { hosts }] of plays.slice(0, play + 1).entries()) {
    const program = hosts.find((one) => one.host.name === host)?.program ?? []
    for (const one of index < play ? program : program.slice(0, entry)) {
      if (one.kind !== 'task') {
        hash.update(one.kind)
        continue
      }
      const { user, task } = one.item
      // Secrets and bodies have numbers of this process.
      const args = isDeferred(task.args) ? '' : (argsKey(task.args) ?? '').replace(/#\d+/g, '#')
      hash.update(JSON.stringify([keyOf(one.item), user, args]))
    }
  }
  return hash.digest('hex').slice(0, 16)
}
