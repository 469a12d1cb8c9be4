import type { ShellStep } from '../../../core/module.ts'
import { raw, sh } from '../../../core/sh.ts'
import { LOCK_WAIT, patience } from '../packages/locks.ts'

// The date of the folder says when the lists of all repositories were fetched: it stays. Lists of other repositories stay, too.
/** Fetches the lists of the repository alone, and checks their signature. */
export function updateLists(text: string): ShellStep {
  const script = sh`set -eu
LC_ALL=C; export LC_ALL
${raw(patience('apt', LOCK_WAIT))}
temp=$(mktemp -d)
trap 'rm -rf -- "$temp"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$temp/parts" /var/lib/apt/lists
cat >"$temp/parts/it.sources"
touch -r /var/lib/apt/lists "$temp/looked"
said=$(patiently apt-get -q update -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$temp/parts" -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any 2>&1) && code=0 || code=$?
touch -r "$temp/looked" /var/lib/apt/lists
printf '%s\\n' "$said"
# A component that is misspelled is only a warning of apt.
reason="^W: Skipping acquire .* doesn't have the component"
[ "$code" -eq 0 ] || reason='^(W: .*GPG error|E: )'
why=$(printf '%s\\n' "$said" | grep -E "$reason" | head -n 1)
[ "$code" -ne 0 ] || [ -n "$why" ] || exit 0
echo "apt cannot read the repository, so it was not added: ${raw('${why:-$said}')}" >&2
exit 1`
  return { script, stdin: text, explains: true, timeoutMs: 30 * 60_000 }
}
