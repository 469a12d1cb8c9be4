import { quote, sh } from '../../../core/sh.ts'
import type { Git } from './args.ts'
import { WHY } from './script.ts'
import type { Target } from './target.ts'

/** The commands that end the script unless the commit, or the tag that leads to it, is signed. */
export function verify({ dest, verifyCommit = false, gpgAllowlist }: Git, { tag }: Target): string[] {
  if (!verifyCommit) return []
  return [
    'signed=commit thing=$commit',
    ...(tag === undefined ? [] : [ofTag(tag)]),
    'if ! said=$(git "verify-$signed" --raw "$thing" 2>&1 </dev/null); then',
    `  said=$(printf '%s\\n' "$said" | grep -v '^.GNUPG:. ') || said=`,
    WHY,
    `  printf '%s: the %s %s has no valid signature: %s\\n' ${quote(dest)} "$signed" "$thing" "\${why:-it is not signed}" >&2`,
    '  exit 1',
    'fi',
    ...(gpgAllowlist === undefined ? [] : allowed(dest, gpgAllowlist)),
  ]
}

/** A tag with a message is signed itself. */
const ofTag = (tag: string): string =>
  sh`if [ "$(git cat-file -t ${`refs/tags/${tag}`} 2>/dev/null)" = tag ] && [ "$(git rev-parse -q --verify ${`refs/tags/${tag}^{commit}`})" = "$commit" ]; then signed=tag thing=${tag}; fi`

/** gpg names the key that signed, and at the end of the line the one that this belongs to. */
const allowed = (dest: string, keys: readonly string[]): string[] => [
  `by=$(printf '%s\\n' "$said" | sed -n 's/^.GNUPG:. VALIDSIG //p' | tr '\\n' ' ')`,
  `case " $by " in ${keys.map((key) => `*' ${key} '*`).join(' | ')}) ;; *)`,
  `  printf '%s: the %s %s is signed by a key that is not in gpgAllowlist: %s\\n' ${quote(dest)} "$signed" "$thing" "\${by%% *}" >&2`,
  '  exit 1 ;;',
  'esac',
]
