import { z } from 'zod'
import { isSecret } from '../../../core/secret.ts'

/** Bytes, or a number with a unit as Docker counts them: `'256m'` is 256 · 1024 · 1024. */
export type ByteSize = number | `${number}${'b' | 'k' | 'm' | 'g'}`

export const byteSize = z.custom<ByteSize>(
  (value) => Number.isSafeInteger(value) || /^\d+(\.\d+)?[bkmg]$/.test(String(value)),
  "must be bytes or a size such as '256m'",
)

/** The size in bytes. */
export function bytes(size: ByteSize): number {
  if (typeof size === 'number') return size
  return Math.round(Number.parseFloat(size) * 1024 ** 'bkmg'.indexOf(size.at(-1) ?? 'b'))
}

/** What Docker takes for containers, networks and volumes. */
export const dockerName = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
    'must be letters, digits, `_`, `.` and `-`, not starting with a sign',
  )

export const imageReference = z
  .string()
  .regex(/^[a-z0-9][\w./:@-]*$/, "must be an image reference such as 'postgres:16' or an id 'sha256:…'")

/** Labels that users may set; ours would be mistaken for a record of what was asked for. */
export const plainLabels = z.record(
  z.string().regex(/^(?!run-playbook\.)[^=]+$/, 'labels under `run-playbook.` are our own'),
  z.string(),
)

/** Text that shows on the host: neither a secret nor one that was printed into it. */
export const plainText = z.custom<string>(
  (value) => typeof value === 'string' && !value.includes('«secret '),
  {
    error: ({ input }) =>
      isPlain(input) ? 'must be text' : 'is a secret, which would show in docker inspect',
  },
)

export const isPlain = (value: unknown): boolean => !isSecret(value) && !String(value).includes('«secret ')
