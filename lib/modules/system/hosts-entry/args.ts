import { isIP } from 'node:net'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const LABEL = /^[A-Za-z0-9_](?:[\w-]{0,61}[A-Za-z0-9_])?$/

const isName = (text: string): boolean =>
  text.length <= 253 && text.split('.').every((label) => LABEL.test(label)) && isIP(text) === 0

const own = {
  /** An IPv4 or IPv6 address. Required unless `state` is `absent`. */
  address: z
    .string()
    .refine((text) => isIP(text) !== 0, 'must be an IPv4 or IPv6 address')
    .optional(),
  /**
   * The names of the address. Programs that ask for the name of the address get the one that comes first. Required unless `state` is
   * `absent`.
   */
  names: z
    .array(
      z
        .string()
        .refine(isName, 'must be letters, digits, dashes and underscores, with dots between its parts'),
    )
    .min(1)
    .readonly()
    .refine(
      (names) => new Set(names.map((name) => name.toLowerCase())).size === names.length,
      'must not have a name twice',
    )
    .optional(),
  /**
   * `absent` takes the names away from the address; without `names` it removes all lines of the address, without `address` it takes the
   * names away from all addresses.
   *
   * @default 'present'
   */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * Take the names away from other addresses of the same kind, IPv4 or IPv6. False for a name that has several addresses.
   *
   * @default true
   */
  exclusive: z.boolean().optional(),
  /** Absolute path of the file on the host. @default '/etc/hosts' */
  path: absolutePath.optional(),
  /** Create the file if it is missing. @default true */
  create: z.boolean().optional(),
}

export interface HostsEntryArgs extends Omit<FileEditArgs, 'path' | 'create'>, ArgsOf<typeof own> {}

/** The arguments, with the path. */
export interface HostsEntry extends HostsEntryArgs {
  readonly path: string
}

const schema = z
  .strictObject({ ...fileEditArgs, ...own })
  .refine(({ state, address }) => state === 'absent' || address !== undefined, {
    path: ['address'],
    error: 'is needed unless state is absent',
  })
  .refine(({ state, names }) => state === 'absent' || names !== undefined, {
    path: ['names'],
    error: 'is needed unless state is absent',
  })
  .refine(({ address, names }) => address !== undefined || names !== undefined, {
    path: ['state'],
    error: 'absent needs address, names or both',
  })
  .refine(({ state, exclusive }) => state !== 'absent' || exclusive === undefined, {
    path: ['exclusive'],
    error: 'goes with state: present',
  })

export const args = mapSchema(schema, ({ path = '/etc/hosts', create = true, ...rest }): HostsEntry => ({
  ...rest,
  path,
  create,
}))
