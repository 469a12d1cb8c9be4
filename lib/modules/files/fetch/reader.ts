import * as z from '../../../core/lazy-zod.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { type ResourceKind, defineResourceKind } from '../../../core/resource.ts'
import { operatorMachine } from './channel.ts'
import type { LocalCopy } from './look.ts'
import type { Target } from './target.ts'

/** Files of the operator's machine. */
export const operatorFiles: ResourceKind = defineResourceKind('operator-file')

const schema = z.strictObject({
  path: z.string(),
  type: z.enum(['file', 'directory', 'link', 'other', 'absent']),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

/** What the operator has of a file already. */
export const localCopy: Reader<LocalCopy, Target> = readerOfOne<LocalCopy, Target>({
  name: 'local copy',
  channel: operatorMachine,
  ask: () => 'look',
  parse: ({ stdout }) => schema.parse(JSON.parse(stdout.toString())),
  sees: (root) => [operatorFiles.below(root)],
})
