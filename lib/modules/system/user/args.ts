import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath, secretValue } from '../../../core/schemas.ts'
import { reveal } from '../../../core/secret.ts'
import { isGuarded } from '../../files/file/protected-paths.ts'
import { accountId, accountName } from '../shared/account-args.ts'

const field = z.string().regex(/^[^:\0\n\r]*$/, 'must be one line without a colon')

const days = z.int().min(-1).max(99_999)

const shape = {
  /** The login name. */
  name: accountName,
  /** `absent` removes the user, and its own group where the tools of the host do so. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Its number. @default as it is; for a new user the next that is free, the same for a dry run and the run after it */
  uid: accountId.optional(),
  /** Its primary group, which must exist. @default as it is; for a new user a group of its own with its name */
  group: accountName.optional(),
  /** Its other groups, which must exist. It leaves all others, unless `append` is true. @default as they are */
  groups: z.array(accountName).readonly().optional(),
  /** It stays in the groups that it is in and `groups` does not name. @default false */
  append: z.boolean().optional(),
  /** Its home folder. What is in the folder that it had is not moved. @default as it is; for a new user `/home/<name>` */
  home: absolutePath
    .pipe(z.string().regex(/^[^:]*$/, 'must not contain a colon'))
    .refine((path) => path !== '/', 'is the root of the host')
    .optional(),
  /**
   * Make the home folder where there is none, with what is in /etc/skel: for users that exist too, unless their home is
   * elsewhere and `home` does not name it.
   *
   * @default true
   */
  createHome: z.boolean().optional(),
  /** With `absent`: remove the home folder with all that is in it. It must belong to the user. @default false */
  removeHome: z.boolean().optional(),
  /** Its login shell, an absolute path. @default as it is; for a new user what useradd gives, /bin/sh on BusyBox */
  shell: absolutePath.pipe(field).optional(),
  /** Its full name or purpose (GECOS). @default as it is; for a new user empty */
  comment: field.optional(),
  /** A new user gets a number of the range for system users. One that exists stays as it is. @default false */
  system: z.boolean().optional(),
  /**
   * The hash of its password, as `openssl passwd -6` makes it, or `*` for none that fits. It is sent to `chpasswd -e` on
   * standard input, never in arguments, and never shown.
   *
   * @default as it is; a new user has no password and cannot log in with one
   */
  password: secretValue
    .refine(
      (secret) => /^(\*|\$[0-9a-z]+\$[^:\s]+)$/.test(reveal(secret)),
      'must be the hash of a password, as openssl passwd -6 makes it',
    )
    .optional(),
  /** `on-create`: a user that exists keeps its password. @default 'always' */
  updatePassword: z.enum(['always', 'on-create']).optional(),
  /** Lock the password, or unlock it: keys still log in. @default as it is */
  passwordLock: z.boolean().optional(),
  /** The day from which it cannot log in any more, such as `'2027-01-31'`, or `'never'`. @default as it is */
  expires: z.union([z.literal('never'), z.iso.date()]).optional(),
  /** Days after which a password may be changed again. -1: at any time. @default as it is; for a new user what useradd gives */
  passwordExpireMin: days.optional(),
  /** Days after which a password must be changed. -1: never. @default as it is; for a new user what useradd gives */
  passwordExpireMax: days.optional(),
  /** Days before that on which the user is warned. -1: none. @default as it is; for a new user what useradd gives */
  passwordExpireWarn: days.optional(),
}

export interface UserArgs extends ArgsOf<typeof shape> {}

export const args = z
  .strictObject(shape)
  .refine(({ append, groups }) => append === undefined || groups !== undefined, {
    path: ['append'],
    error: 'needs groups',
  })
  .refine(({ state, name }) => !(state === 'absent' && name === 'root'), {
    path: ['name'],
    error: 'root is not removed',
  })
  .refine(({ state, removeHome }) => removeHome !== true || state === 'absent', {
    path: ['removeHome'],
    error: 'goes with state: absent',
  })
  .refine((given) => given.removeHome !== true || !isGuarded(homeOf(given)), {
    path: ['home'],
    error: 'is part of the system and is not removed',
  })

/** The home folder that the task is about. */
export const homeOf = ({ name, home }: Pick<UserArgs, 'name' | 'home'>): string => home ?? `/home/${name}`
