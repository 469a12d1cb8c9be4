import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { byteSize, bytes } from '../../shared/byte-size.ts'
import { isGuarded } from '../../files/file/protected-paths.ts'

/** Of which a swap file has a whole number. */
export const MEBIBYTE = 1024 * 1024

const own = {
  /** Absolute path of the file on the host. Its directory must exist. */
  path: absolutePath
    .refine((path) => !isGuarded(path), 'is a system path')
    .refine((path) => !path.startsWith('/dev/'), 'must be a file: a partition is not managed'),
  /** Its size: bytes, or a number with a unit such as `'2g'`; whole megabytes. Required unless `state` is `absent`. */
  size: byteSize
    .refine(
      (size) => bytes(size) >= MEBIBYTE && bytes(size) % MEBIBYTE === 0,
      "must be whole megabytes, such as '512m'",
    )
    .optional(),
  /** Swap of a higher priority is used first. @default the kernel's: each new swap has a lower one */
  priority: z.int().min(0).max(32_767).optional(),
  /** `absent` turns it off and removes the file. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
}

const file = {
  /** The file that keeps it for the next boot. @default '/etc/fstab' */
  fstab: absolutePath.default('/etc/fstab'),
}

export interface SwapArgs extends ArgsOf<typeof own>, ArgsOf<typeof file> {}

export const args = z.strictObject({ ...own, ...file }).superRefine(({ state, size, priority }, context) => {
  const wrong = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  if (state !== 'absent' && size === undefined) wrong('size', 'is needed unless state is absent')
  if (state === 'absent' && size !== undefined) wrong('size', 'does not go with state: absent')
  if (state === 'absent' && priority !== undefined) wrong('priority', 'does not go with state: absent')
})

/** The same, checked. */
export type SwapValues = z.output<typeof args>
