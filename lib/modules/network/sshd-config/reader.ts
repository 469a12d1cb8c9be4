import { UserError } from '../../../core/errors.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { quote, sh } from '../../../core/sh.ts'
import { FIND_SSHD, effective, wayBack } from './commands.ts'

/** A file of the configuration of sshd. */
export interface SshdFile {
  readonly path: string
  readonly text: string
}

/** What there is of sshd and its configuration. */
export interface SshdLook {
  /** In the order in which they are read: the drop-ins, where there are any, and the configuration itself. */
  readonly files: readonly SshdFile[]
  /** The folder of drop-ins that the configuration includes. Undefined where it includes none. */
  readonly folder: string | undefined
  /** Why sshd refuses the lines that are wanted. Undefined where it takes them. */
  readonly refused: string | undefined
  /** The values that sshd takes now of the directives that are wanted. */
  readonly now: readonly string[]
  /** The values that it would take if nothing else set them. */
  readonly wanted: readonly string[]
  /** An earlier change that was not confirmed: the host is about to take it back. */
  readonly pending: boolean
}

/** What is asked, as JSON. */
export interface SshdQuestion {
  readonly config: string
  readonly name: string
  readonly all: readonly string[]
  readonly match: readonly string[]
}

export const keywordsOf = (lines: readonly string[]): string[] =>
  [...new Set(lines.map((line) => (line.split(' ')[0] ?? '').toLowerCase()))].toSorted()

export const dropInPath = (folder: string, name: string): string => `${folder}/00-${name}.conf`

function script({ config, name, all, match }: SshdQuestion): string {
  const keywords = keywordsOf(all)
  const wanted = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
  return `${FIND_SSHD}
[ -n "$sshd" ] || { echo none; exit 0; }
[ "$(id -u)" = 0 ] || exit 7
config=${quote(config)}
show() { [ ! -f "$1" ] || { printf 'file %s ' "$1"; base64 <"$1" | tr -d '\\n'; echo; }; }
folder=$(sed -n '/^[[:space:]]*[Mm][Aa][Tt][Cc][Hh][[:space:]]/q; s/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:space:]]\\{1,\\}"\\{0,1\\}\\([^ "*]*\\)\\/\\*\\.conf.*/\\1/p' "$config" 2>/dev/null | head -n 1)
case $folder in '' | /*) ;; *) folder=/etc/ssh/$folder ;; esac
if [ -n "$folder" ] && [ -d "$folder" ]; then
  echo "folder $folder"
  for one in "$folder"/*.conf; do show "$one"; done
fi
show "$config"
for one in "$config" "$folder"/${quote(`00-${name}.conf`)}; do
  for left in /run/run-playbook-sshd-"$(printf %s "$one" | sha256sum | cut -c 1-12)"/token.*; do [ ! -e "$left" ] || echo pending; done
done
[ -f "$config" ] || exit 0
said=$({ ${sh`printf %s ${wanted(all)}`}; cat -- "$config"; echo; ${sh`printf %s ${wanted(match)}`}; } | "$sshd" -t -f /dev/stdin 2>&1) || printf 'refused %s\\n' "$(printf '%s\\n' "$said" | head -n 1)"
${
  keywords.length === 0
    ? ''
    : `${effective(keywords)}
effective "$config" | sed 's/^/now /'
{ ${sh`printf %s ${wanted(all)}`}; cat -- "$config"; } | effective /dev/stdin | sed 's/^/wanted /'`
}
exit 0`
}

/** Undefined where the host has no sshd. Nothing is written: what is wanted is read from standard input. */
export const sshdLook: Reader<SshdLook | undefined> = readerOfOne<SshdLook | undefined>({
  name: 'sshd',
  ask: (key) => script(JSON.parse(key) as SshdQuestion),
  parse: ({ code, stdout, stderr }) => {
    if (code === 7)
      throw new UserError('E_CANNOT_LOOK', 'only root can ask sshd for its configuration', {
        hint: 'Set become: true for the task.',
      })
    if (code !== 0) throw new Error(`the configuration of sshd cannot be read: ${stderr.toString().trim()}`)
    const lines = stdout.toString().split('\n')
    if (lines[0] === 'none') return undefined
    const after = (word: string): string[] =>
      lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
    return {
      files: after('file').map((line) => {
        const at = line.lastIndexOf(' ')
        return { path: line.slice(0, at), text: Buffer.from(line.slice(at + 1), 'base64').toString() }
      }),
      folder: after('folder')[0],
      refused: after('refused')[0],
      now: after('now'),
      wanted: after('wanted'),
      pending: lines.includes('pending'),
    }
  },
  sees: (key) => {
    const { config } = JSON.parse(key) as SshdQuestion
    return [
      paths.below('/etc/ssh'),
      paths.at(config),
      paths.below(`${config}.d`),
      paths.at(wayBack(config)),
      ...['/usr/sbin/sshd', '/usr/bin/sshd', '/sbin/sshd', '/usr/local/sbin/sshd'].map(paths.at),
    ]
  },
})
