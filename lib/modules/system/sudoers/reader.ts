import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'

/** What visudo says of a text. */
export type SudoersVerdict =
  { readonly kind: 'accepted' | 'no visudo' } | { readonly kind: 'refused'; readonly why: string }

/** By the text. Nothing is written: visudo reads it from its standard input. */
export const sudoersCheck: Reader<SudoersVerdict> = readerOfOne({
  name: 'visudo',
  ask: (text) =>
    [
      'LC_ALL=C; export LC_ALL; PATH=$PATH:/usr/sbin:/sbin',
      'command -v visudo >/dev/null || { echo none; exit 0; }',
      `if said=$(${sh`printf %s ${text}`} | visudo -cf - 2>&1); then echo accepted`,
      `else printf 'refused\\n%s\\n' "$said"; fi`,
    ].join('\n'),
  parse: ({ stdout }) => {
    const [head, ...said] = stdout.toString().trim().split('\n')
    if (head === 'accepted') return { kind: 'accepted' }
    if (head === 'none') return { kind: 'no visudo' }
    if (head !== 'refused') throw new Error('visudo was not run to its end')
    return { kind: 'refused', why: said[0] ?? 'it does not say why' }
  },
  sees: () => ['/usr/sbin/visudo', '/usr/bin/visudo', '/usr/local/sbin/visudo', '/sbin/visudo'].map(paths.at),
})
