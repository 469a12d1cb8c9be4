import * as z from '../../../core/lazy-zod.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { type Contents, compare } from './script.ts'

/** How an archive compares with what is to be in it. */
export interface Compared {
  /** Paths that are not on the host. */
  readonly missing: readonly string[]
  readonly same: boolean
  /** Whether the programs of the host can make the archive. Those of BusyBox cannot. */
  readonly possible: boolean
}

const schema = z.object({
  dest: z.string(),
  root: z.string(),
  paths: z.array(z.string()),
  excludePath: z.array(z.string()),
  exclusionPatterns: z.array(z.string()),
  format: z.enum(['tar', 'gz', 'xz', 'bz2', 'zst', 'zip']),
})
const keyOf = (key: string): z.output<typeof schema> => schema.parse(JSON.parse(key))

export const comparedKey = (contents: Contents, dest: string): string => JSON.stringify({ ...contents, dest })

/** Packs what is there, without writing it, and compares. The key is made by {@link comparedKey}. */
export const compared: Reader<Compared> = readerOfOne<Compared>({
  name: 'archive',
  ask: (key) => compare(keyOf(key), keyOf(key).dest),
  parse: ({ code, stdout, stderr }, key) => {
    const asked = keyOf(key).paths
    const lines = stdout.toString().replace(/\n$/, '').split('\n')
    const said = lines.pop()
    const isCannot = (line: string): boolean => line === 'cannot'
    const missing = lines.filter((line) => !isCannot(line)).map((line) => line.slice(1))
    if (code !== 0 || (said !== 'same' && said !== 'differs'))
      throw new Error(stderr.toString().trim().split('\n')[0] || 'it was not compared to the end')
    if (lines.some((line) => !isCannot(line) && !(line.startsWith('!') && asked.includes(line.slice(1)))))
      throw new Error('the host did not answer what it was asked')
    return { missing, same: said === 'same', possible: !lines.some(isCannot) }
  },
  sees: (key) => [paths.at(keyOf(key).dest), ...keyOf(key).paths.map(paths.below)],
})
