import { posix } from 'node:path'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { reloadArg, typeArg } from '../shared/selinux-args.ts'

const own = {
  /** A regular expression of whole paths, such as `/srv/www(/.*)?`. */
  target: z
    .string()
    .regex(/^\/[^\s\0]*$/, 'must be a regular expression that begins with a slash, without spaces'),
  /** What it is for: `a` for all, `f` files, `d` directories, `l` links, `s` sockets, `p` pipes, `c` and `b` devices. @default 'a' */
  ftype: z.enum(['a', 'f', 'd', 'l', 's', 'p', 'c', 'b']).optional(),
  /** The type that they get, such as `httpd_sys_content_t`. Required with `present`. @default none with `absent` */
  setype: typeArg.optional(),
  /** SELinux user. @default that of an existing entry, otherwise `system_u` */
  seuser: typeArg.optional(),
  /** Level or range, such as `s0`. @default that of an existing entry, otherwise `s0` */
  selevel: z
    .string()
    .regex(/^\w[\w.:,-]*$/, 'must be a level or a range, such as s0')
    .optional(),
  /** `absent` removes what was set on the host. An entry of the policy itself cannot be removed. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * Label what exists anew after a change, with `restorecon -R` of the directory that the regular expression begins with. Without it,
   * only new files get the label.
   *
   * @default false
   */
  restorecon: z.boolean().optional(),
  /** Tell the running kernel too. Where it has no SELinux, only the files of the policy change. @default true */
  reload: reloadArg,
}

export interface SefcontextArgs extends ArgsOf<typeof own> {}

/** The path that a regular expression begins with. */
export function beginning(target: string): string {
  const literal = /^[^[\](){}.*+?|^$\\]*/.exec(target)?.[0] ?? '/'
  const rest = target.slice(literal.length)
  const isWhole = rest === '' || rest.startsWith('(/') || literal.endsWith('/')
  return (isWhole ? literal.replace(/(.)\/$/, '$1') : posix.dirname(literal)) || '/'
}

export const args = z
  .strictObject(own)
  .refine(({ state = 'present', setype }) => state === 'absent' || setype !== undefined, {
    path: ['setype'],
    error: 'is required with state: present',
  })
  .refine(({ restorecon = false, target }) => !restorecon || beginning(target) !== '/', {
    path: ['restorecon'],
    error: 'would label the whole system anew; begin the target with a directory',
  })
