import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'

const shape = {
  /** Name of the table. */
  table: z
    .string()
    .regex(/^[A-Za-z][\w.-]{0,63}$/, 'must be the name of a table: letters, digits, _ . and -'),
  /** Address family of the table. `inet` is IPv4 and IPv6. @default 'inet' */
  family: z.enum(['inet', 'ip', 'ip6', 'arp', 'bridge', 'netdev']).optional(),
  /** What is in the table, in the syntax of nft: chains with their rules, sets, maps. Required unless `state` is `absent`. */
  content: z
    .string()
    .regex(/^[^\0]*$/, 'must not contain a NUL byte')
    .refine((text) => text.trim() !== '', 'must not be empty')
    .refine((text) => !/^\s*include\b/m.test(text), 'must not include other files: write their text here')
    .refine(isInside, 'must be what is in the table: a brace in it closes the table, or is not closed')
    .optional(),
  /** `absent` removes the table and its file. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** The file that loads the rules at boot. Alpine has `/etc/nftables.nft`, RHEL `/etc/sysconfig/nftables.conf`. @default '/etc/nftables.conf' */
  config: absolutePath.optional(),
  /** Milliseconds that a new connection may take to confirm a change. Otherwise the old rules come back. @default 30_000 */
  confirmWithinMs: z.int().min(1000).max(600_000).optional(),
}

export interface NftablesArgs extends ArgsOf<typeof shape> {}

export const args = z
  .strictObject(shape)
  .refine(({ state, content }) => (content !== undefined) !== (state === 'absent'), {
    path: ['content'],
    error: 'is needed, unless state is absent',
  })

/** Whether all braces are closed, and none that was not opened. Those in comments and in quotes do not count. */
function isInside(text: string): boolean {
  let depth = 0
  for (const [found] of text.matchAll(/"[^"\n]*"|#.*|[{}]/g)) {
    if (found === '{') depth += 1
    if (found === '}') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}
