import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { accessArgs } from '../../shared/access.ts'

/** Bits of a new key, as in Ansible. */
export const SIZES = { rsa: 4096, ecdsa: 256, ed25519: 256 } as const

/** ssh-keygen cuts off what is longer. */
export const fitsComment = (text: string): boolean => Buffer.byteLength(text) <= 1000

const own = {
  /** Absolute path of the private key on the host. The public key is beside it, with `.pub` behind its name. Its directory must exist. */
  path: absolutePath
    .refine((path) => path !== '/', 'must be a file')
    .refine((path) => !path.endsWith('.pub'), 'must be the private key, without .pub'),
  /** The algorithm. @default 'rsa' */
  type: z.enum(['rsa', 'ecdsa', 'ed25519']).optional(),
  /** Bits: at least 1024 for `rsa`; 256, 384 or 521 for `ecdsa`; 256 for `ed25519`. @default 4096 for `rsa`, otherwise 256 */
  size: z.int().min(256).max(16_384).optional(),
  /** What stands behind the public key. @default an existing key keeps its comment; a new one has none */
  comment: z
    .string()
    .regex(/^[^\p{Cc}]*$/u, 'must be one line, without control characters')
    .refine(fitsComment, 'must have at most 1000 bytes')
    .transform((text) => text.trim())
    .optional(),
  /** `absent` removes both files; only `path` counts. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * When a key that is there is replaced:
   *
   * - `never`: never; a key of another type or size is ok, one that cannot be read is an error
   * - `fail`: never; a key of another type or size is an error too
   * - `partialIdempotence`: if its type or size is another one; a key that cannot be read, because it is damaged or has a passphrase, is an error
   * - `fullIdempotence`: also if it cannot be read
   * - `always`: in each run
   *
   * @default 'partialIdempotence'
   */
  regenerate: z.enum(['never', 'fail', 'partialIdempotence', 'fullIdempotence', 'always']).optional(),
  /** Of the private key: four octal digits in quotes, such as `'0600'`, or symbols, such as `'g+r'`. @default an existing key keeps its mode; a new one gets 0600 */
  mode: accessArgs.mode,
  /** Name or numeric ID of the owner of both files. @default existing files keep their owner; new ones belong to the user that runs the task */
  owner: accessArgs.owner,
  /** Name or numeric ID of the group of both files. @default existing files keep their group; new ones get the group of the user that runs the task */
  group: accessArgs.group,
}

export interface SshKeypairArgs extends ArgsOf<typeof own> {}

const isSize: Readonly<Record<keyof typeof SIZES, (size: number) => boolean>> = {
  rsa: (size) => size >= 1024,
  ecdsa: (size) => [256, 384, 521].includes(size),
  ed25519: (size) => size === 256,
}

export const args = z
  .strictObject(own)
  .refine(({ type = 'rsa', size }) => size === undefined || isSize[type](size), {
    path: ['size'],
    error: 'must be at least 1024 for rsa, 256, 384 or 521 for ecdsa, and 256 for ed25519',
  })

export const publicPath = ({ path }: SshKeypairArgs): string => `${path}.pub`

/** Type and bits of a new key. */
export const wantedKey = ({ type = 'rsa', size }: SshKeypairArgs) => ({ type, size: size ?? SIZES[type] })
