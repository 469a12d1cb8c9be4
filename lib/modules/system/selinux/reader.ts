import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'

/** Where the kernel says whether it enforces the policy. */
export const ENFORCE = '/sys/fs/selinux/enforce'

/** What the running kernel does; `disabled` where it has no SELinux. */
export type Running = 'enforcing' | 'permissive' | 'disabled'

const WORDS = new Map<string, Running>([
  ['0', 'permissive'],
  ['1', 'enforcing'],
  ['none', 'disabled'],
])

export const running: Reader<Running> = readerOfOne<Running>({
  name: 'mode of SELinux',
  ask: () => `if [ -e ${ENFORCE} ]; then cat ${ENFORCE}; else echo none; fi`,
  parse: ({ stdout, stderr }) => {
    const word = WORDS.get(stdout.toString().trim())
    if (word === undefined) throw new Error(`${ENFORCE} cannot be read: ${stderr.toString().trim()}`)
    return word
  },
  sees: () => [paths.at(ENFORCE)],
})
