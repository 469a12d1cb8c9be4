import type { ShellStep } from '../../../core/module.ts'
import { raw, sh } from '../../../core/sh.ts'
import { LOCK_WAIT, patience } from '../packages/locks.ts'
import type { ApkRepository } from './args.ts'
import { lineOf } from './edit.ts'

// apk 3 only warns of a directory of the host that it cannot read.
/** Fetches the index of the repository alone, and checks its signature. Variables that the file sets are known. */
export function updateIndex(given: ApkRepository, text: string): ShellStep {
  const variables = text.split('\n').filter((line) => /^\s*set\s/.test(line))
  const script = sh`set -eu
LC_ALL=C; export LC_ALL
${raw(patience('apk', LOCK_WAIT))}
temp=$(mktemp)
trap 'rm -f -- "$temp"' EXIT
trap 'exit 1' HUP INT TERM
cat >"$temp"
said=$(patiently apk update --no-progress --repositories-file "$temp" 2>&1) && code=0 || code=$?
printf '%s\\n' "$said"
why=$(printf '%s\\n' "$said" | grep -E '^(ERROR|WARNING): (Ignoring|fetching|opening|updating) ' | head -n 1)
[ "$code" -ne 0 ] || [ -n "$why" ] || exit 0
echo "apk cannot read the repository, so it was not added: ${raw('${why:-$said}')}" >&2
exit 1`
  return {
    script,
    stdin: [...variables, lineOf({ ...given, tag: undefined }), ''].join('\n'),
    explains: true,
    timeoutMs: 30 * 60_000,
  }
}
