import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'

/** Which file it is, by the numbers of its device and its inode; undefined where there is no regular file. */
export const inode: Reader<string | undefined> = readerOfOne<string | undefined>({
  name: 'inode',
  ask: (path) => `${sh`path=${path}`}
if [ -f "$path" ] && [ ! -L "$path" ]; then stat -c '%d:%i' -- "$path"; else echo none; fi`,
  parse: ({ stdout, stderr }, path) => {
    const said = stdout.toString().trim()
    if (said === 'none') return undefined
    if (!/^\d{1,20}:\d{1,20}$/.test(said))
      throw new Error(`${path}: ${stderr.toString().trim() || 'no inode was told'}`)
    return said
  },
  sees: (path) => [paths.at(path)],
})
