import { readFileSync } from 'node:fs'
import { quote } from '../../core/sh.ts'

/**
 * The command given to the user's login shell, which may be bash, zsh, fish or csh: one line without `'`, `!` and
 * backslashes means the same in all of them. It reads a program of `n` bytes from stdin and becomes it.
 *
 * `read` takes single bytes from a pipe and `dd … iflag=fullblock` takes exactly `n`, so what follows on the stream
 * stays there; a shell that *parses* stdin reads ahead (dash: in blocks), and so does busybox's `head -c`.
 */
export const BOOTSTRAP = `exec /bin/sh -c '${readProgram()}'`

function readProgram(): string {
  return 'IFS= read -r n&&eval "$(dd bs=$n count=1 iflag=fullblock 2>/dev/null)"'
}

/** A program or batch as {@link BOOTSTRAP} and the session read it. The mark at its end tells a whole one from a cut one. */
export function packProgram(text: string, nonce: string): Buffer {
  const body = Buffer.from(`${text}\n#${nonce}`)
  return Buffer.concat([Buffer.from(`${body.length}\n`), body])
}

/** Bytes of one payload block: what `dd` on a host holds in memory. */
export const BLOCK = 1024 * 1024

/** Bytes kept of each of stdout and stderr. A step's is a log, of which the end matters; a probe's is data, whole or an error. */
export const OUTPUT_CAP = { tail: 256 * 1024, whole: 16 * 1024 * 1024 } as const

/** `session.sh`: runs batches. @param account that sudo or su started it for, which may have left another HOME */
export function sessionProgram(nonce: string, stopFile: string, account: string | undefined): string {
  const home = account === undefined ? '' : `HOME=~${account}\n`
  const limits = `J=${OUTPUT_CAP.tail} K=${OUTPUT_CAP.whole}`
  const started = account === undefined ? '' : 1
  return `${environment(nonce)}${home}S=${stopFile} A=${started} ${limits}\n${read('session')}`
}

/** `together.sh`: runs several scripts in one process. Part of the batches that need it. */
export const togetherProgram = (): string => `E=${quote(read('each'))}\n${read('together')}`

/**
 * `become.sh`: turns a shell of the login user into one of another account. That one says that it runs before it
 * reads, so that the password is known to be right.
 *
 * @param withPassword whether a line with the password follows on stdin
 */
export function becomeProgram(nonce: string, account: string, withPassword: boolean): string {
  const boot = quote(`printf "\\n%s started\\n" ${nonce};${readProgram()}`)
  return `${environment(nonce)}A=${quote(account)} P=${withPassword ? 1 : ''} B=${boot}\n${read('become')}`
}

/** `stop.sh`: tells the shells of a connection that no further step is to begin. */
export function stopProgram(nonce: string, stopFile: string): string {
  return `${environment(nonce)}S=${stopFile}\n${read('stop')}`
}

// Snaps last: where a program is there twice, the system's own counts.
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin'

const environment = (nonce: string): string =>
  `N=${nonce} LC_ALL=C PATH=${PATH}\nexport LC_ALL PATH\nunset ENV BASH_ENV CDPATH\n`

const programs = new Map<string, string>()

/** A program without its comments and indentation. */
function read(name: string): string {
  const known = programs.get(name)
  if (known !== undefined) return known
  const text = readFileSync(new URL(`./${name}.sh`, import.meta.url), 'utf8')
  const program = text.replace(/^ *#.*\n/gm, '').replace(/^[ \n]+/gm, '')
  programs.set(name, program)
  return program
}
