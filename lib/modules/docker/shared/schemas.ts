import * as z from '../../../core/lazy-zod.ts'
import { isSecret } from '../../../core/secret.ts'

export { type ByteSize, byteSize, bytes } from '../../shared/byte-size.ts'

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
