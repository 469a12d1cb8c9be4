import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { accountName } from '../shared/account-args.ts'
import { type KeyLine, isSameKey, parseKeys } from '../authorized-key/key.ts'
import { publicKey } from '../authorized-key/public-key.ts'
import { hostName, isHostName, isOf } from './line.ts'

const shape = {
  /**
   * The name or address of the server, as it is given to ssh: `git.example.org`, or `[git.example.org]:2222` for a port that is
   * not 22.
   */
  name: z.string().refine(isHostName, 'must be one name or address, or [NAME]:PORT'),
  /**
   * Public keys of the server, as in `/etc/ssh/ssh_host_ed25519_key.pub` on it, or as `ssh-keyscan` prints them: one or several, each on a
   * line. Required unless `state` is `absent`. What `ssh-keyscan` gets over a network may be somebody else's key: compare it.
   */
  key: z.union([publicKey, z.array(publicKey).min(1).readonly()]).optional(),
  /** `absent` takes the keys of the name out: those in `key`, or all. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * Replace another key of the same type. Servers have one of each type.
   *
   * @default false: another key of the type is an error, because it may be the right one
   */
  replace: z.boolean().optional(),
  /** Write a hash instead of the name, so that the file does not tell the names of servers. @default as it is; a new one as a name */
  hashed: z.boolean().optional(),
  /** A user, in whose home folder the file is: `.ssh/known_hosts`. The user must exist. @default see `path` */
  user: accountName.optional(),
  /**
   * Absolute path of the file. Its directory must exist. A new file is 0644 and belongs to whoever runs the task.
   *
   * @default '/etc/ssh/ssh_known_hosts', for all users, unless `user` is given
   */
  path: absolutePath.optional(),
}

export interface KnownHostArgs extends ArgsOf<typeof shape> {}

/** What `ssh-keyscan` prints has the name before the key. */
const isOfName = (name: string, { options }: KeyLine): boolean =>
  options === '' || isOf(hostName(name), { hosts: options })

function keysOf(key: KnownHostArgs['key']): readonly KeyLine[] {
  const texts = key === undefined ? [] : typeof key === 'string' ? [key] : key
  // What is wrong with one is said by its own schema.
  return texts.flatMap((text) => (publicKey.safeParse(text).success ? parseKeys(text) : []))
}

const schema = z
  .strictObject(shape)
  .refine(({ key, state }) => state === 'absent' || key !== undefined, {
    path: ['key'],
    error: 'is needed unless state is absent',
  })
  .refine(({ key, name }) => keysOf(key).every((one) => isOfName(name, one)), {
    path: ['key'],
    error: 'has another name before it',
  })
  .refine(
    ({ key }) => keysOf(key).every((one, i, all) => all.every((other, j) => i >= j || isClear(one, other))),
    {
      path: ['key'],
      error: 'has two keys of one type',
    },
  )
  .refine(({ user, path }) => user === undefined || path === undefined, {
    path: ['path'],
    error: 'either user or path, not both',
  })
  .refine(({ state, replace, hashed }) => state !== 'absent' || (replace !== true && hashed === undefined), {
    path: ['state'],
    error: 'absent goes with neither replace nor hashed',
  })

const isClear = (one: KeyLine, other: KeyLine): boolean => one.type !== other.type || isSameKey(one, other)

/** The arguments, with the keys as lines. */
export interface WantedHost extends Omit<KnownHostArgs, 'key'> {
  readonly keys: readonly KeyLine[]
}

export const args = mapSchema(schema, ({ key, name, user, path, ...rest }): WantedHost => ({
  ...rest,
  name: hostName(name),
  user,
  path: user === undefined ? (path ?? '/etc/ssh/ssh_known_hosts') : undefined,
  keys: keysOf(key).filter((one, i, all) => all.findIndex((other) => isSameKey(one, other)) === i),
}))
