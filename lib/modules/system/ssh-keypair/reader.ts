import { UserError } from '../../../core/errors.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { program } from '../../shared/program.ts'
import { type KeyLine, isKeyType, parseKeyLine } from '../authorized-key/key.ts'

/** What two files hold. The private key itself stays on the host. */
export interface SshKeyFiles {
  /** Whether the host has ssh-keygen. */
  readonly tool: boolean
  /** `closed`: it has a passphrase. `other`: a file that is no private key. `unread`: there is no ssh-keygen to read it. */
  readonly secret: 'absent' | 'key' | 'closed' | 'damaged' | 'other' | 'unread'
  /** The public key that belongs to the private one; undefined unless that is a `key`. */
  readonly key?: KeyLine | undefined
  /** Why ssh-keygen cannot read a damaged one. */
  readonly why?: string | undefined
  readonly open: 'absent' | 'key' | 'damaged' | 'other'
  /** The public key of `.pub`; undefined unless that is a `key`. */
  readonly shown?: KeyLine | undefined
}

const LIMIT = 65_536

/*
 * Through a pipe: ssh-keygen refuses to read a file that others may read, which the task may be about to mend. A key without a passphrase
 * says so in the second line. A file of zero bytes is what a power cut leaves.
 */
const SCRIPT = `LC_ALL=C; export LC_ALL
head_() { head -c 400 <"$1" | tr -d '\\000\\r' | sed -n "$2"; }
all() { head -c ${LIMIT} <"$1"; }
for one in "$key" "$key.pub"; do [ ! -f "$one" ] || [ -L "$one" ] || [ -r "$one" ] || exit 7; done
tool=no
! command -v ssh-keygen >/dev/null || tool=yes
echo "tool $tool"
if [ -f "$key" ] && [ ! -L "$key" ]; then
  case $(head_ "$key" 1p) in
    '-----BEGIN ENCRYPTED '*'PRIVATE KEY-----') echo 'secret closed' ;;
    '-----BEGIN '*'PRIVATE KEY-----')
      case $(head_ "$key" 2p) in
        b3BlbnNzaC1rZXktdjEAAAAABG5vbm*) closed=no ;;
        b3BlbnNzaC1rZXktdjEA* | Proc-Type:*ENCRYPTED*) closed=yes ;;
        *) closed=no ;;
      esac
      if [ "$closed" = yes ]; then echo 'secret closed'
      elif [ $tool = no ]; then echo 'secret unread'
      elif said=$(all "$key" | ssh-keygen -y -P '' -f /dev/stdin 2>/dev/null); then
        echo 'secret key'
        printf 'key %s\\n' "$(printf %s "$said" | base64 | tr -d '\\n')"
      else
        echo 'secret damaged'
        printf 'why %s\\n' "$(all "$key" | ssh-keygen -y -P '' -f /dev/stdin 2>&1 >/dev/null | tail -n 1)"
      fi ;;
    *) if [ "$(all "$key" | tr -d '\\000\\r\\n' | wc -c)" -eq 0 ]; then echo 'secret damaged'; echo 'why it is empty'; else echo 'secret other'; fi ;;
  esac
fi
if [ -f "$key.pub" ] && [ ! -L "$key.pub" ]; then printf 'open %s\\n' "$(all "$key.pub" | base64 | tr -d '\\n')"; fi
echo end`

/** By the path of the private key. */
export const sshKeyFiles: Reader<SshKeyFiles> = readerOfOne<SshKeyFiles>({
  name: 'ssh key',
  ask: (path) => `${sh`key=${path}`}\n${SCRIPT}`,
  parse: ({ code, stdout }, path) => {
    if (code === 7)
      throw new UserError('E_CANNOT_LOOK', `${path} or ${path}.pub cannot be read: permission denied`, {
        hint: 'Set become: true for the task.',
      })
    const lines = stdout.toString().trim().split('\n')
    const said = (word: string): string | undefined =>
      lines.find((line) => line === word || line.startsWith(`${word} `))?.slice(word.length + 1)
    const [tool, secret = 'absent', why = ''] = [said('tool'), said('secret'), said('why')]
    if (code !== 0 || lines.at(-1) !== 'end' || (tool !== 'yes' && tool !== 'no') || !isSecret(secret))
      throw new Error('the host does not say what key it has')
    // It needs a name for whoever runs it, and says nothing of the key.
    if (why.startsWith('No user exists')) throw new Error(`ssh-keygen cannot be run: ${why}`)
    const key = secret === 'key' ? keyIn(Buffer.from(said('key') ?? '', 'base64').toString()) : undefined
    if (secret === 'key' && key === undefined) throw new Error('ssh-keygen did not print a public key')
    const damaged = secret === 'damaged' ? { why: why.replace(/^Load key "[^"]*": /, '') } : {}
    return { tool: tool === 'yes', secret, key, ...damaged, ...openOf(said('open')) }
  },
  sees: (path) => [paths.at(path), paths.at(`${path}.pub`), ...program.sees('ssh-keygen')],
})

const SECRETS = ['absent', 'key', 'closed', 'damaged', 'other', 'unread'] as const
const isSecret = (word: string): word is SshKeyFiles['secret'] =>
  (SECRETS as readonly string[]).includes(word)

function openOf(base64: string | undefined): Pick<SshKeyFiles, 'open' | 'shown'> {
  if (base64 === undefined) return { open: 'absent' }
  const text = Buffer.from(base64, 'base64').toString().replaceAll('\0', '')
  const shown = keyIn(text)
  if (shown !== undefined) return { open: 'key', shown }
  const [word = ''] = text.trim().split(/\s/)
  return { open: word === '' || isKeyType(word) ? 'damaged' : 'other' }
}

/** The first line that holds a key, without options. A comment with control characters is none of ours. */
function keyIn(text: string): KeyLine | undefined {
  const line = text.split('\n').find((one) => one.trim() !== '' && !one.startsWith('#'))
  const key = parseKeyLine(line ?? '')
  if (key === undefined || key.options !== '') return undefined
  return { ...key, comment: key.comment.replace(/\p{Cc}/gu, '') }
}
