import { posix } from 'node:path'
import { quote, sh } from '../../../core/sh.ts'
import type { Unarchive } from './args.ts'

// By names below dest, not by options of tar: every tar, and unzip, understands patterns in its own way.
const KEEP = `for one do to=$work/kept/\${one#"$work/tree/"}; mkdir -p -- "\${to%/*}"; cp -a -- "$one" "\${to%/*}/"; done`

/** The commands that leave of what was unpacked only what is asked for. */
export function select({ src, include, exclude = [], mode }: Unarchive): string[] {
  const matching = (tree: string): string =>
    `find "$work/${tree}" -mindepth 1 -path "$work/${tree}/$pattern" -prune`
  return [
    ...(include === undefined
      ? []
      : [
          'export work; mkdir "$work/kept"',
          ...include.flatMap((pattern) => [
            sh`pattern=${pattern}`,
            `${matching('tree')} -exec sh -c ${quote(KEEP)} sh {} +`,
            `[ -n "$(${matching('kept')} -print | head -n 1)" ] ||`,
            `  { echo ${quote(`${posix.basename(src)} brings no ${pattern}; nothing was changed`)} >&2; exit 1; }`,
          ]),
          'rm -rf -- "$work/tree"; mv -- "$work/kept" "$work/tree"',
        ]),
    ...exclude.flatMap((pattern) => [sh`pattern=${pattern}`, `${matching('tree')} -exec rm -rf -- {} +`]),
    ...(mode === undefined ? [] : [`find "$work/tree" -type f -exec chmod ${quote(`0${mode}`)} {} +`]),
  ]
}
