import type { Reply } from '../../../core/probe.ts'
import { Secret, isSecret, reveal } from '../../../core/secret.ts'
import { quote } from '../../../core/sh.ts'
import type { RunArgs } from './run-args.ts'

/** The script of a step that runs `body`, and what it reads. */
export interface Run {
  readonly script: string
  readonly stdin: string | Secret | undefined
}

/** Where it runs and with what, then the body, then what its exit code means. */
export function runScript(args: Pick<RunArgs, 'cwd' | 'env' | 'stdin' | 'okCodes'>, body: string): Run {
  const secrets = secretExports(args)
  const lines = [
    ...surroundings(args),
    ...(secrets === '' ? [] : [`eval "$(dd bs=1 count=${secrets.length} 2>/dev/null)"`]),
    ...judged(body, args.okCodes),
  ]
  return { script: lines.join('\n'), stdin: payload(secrets, args.stdin) }
}

/** The folder and those variables that may be seen. */
export function surroundings({ cwd, env = {} }: Pick<RunArgs, 'cwd' | 'env'>): string[] {
  const plain = Object.entries(env).flatMap(([name, value]) =>
    typeof value === 'string' ? [`export ${name}=${quote(value)}`] : [],
  )
  return [...(cwd === undefined ? [] : [`cd -P -- ${quote(cwd)} || exit 125`]), ...plain]
}

const BLOCK = 64

// Sent ahead of the command's own input and taken off it byte by byte, so that the command finds its input untouched.
// Filled up to whole blocks: the script shows the length, and that must not be the length of a password.
function secretExports({ env = {} }: Pick<RunArgs, 'env'>): string {
  const lines = Object.entries(env).flatMap(([name, value]) =>
    isSecret(value) ? [`export ${name}=${quote(reveal(value))}\n`] : [],
  )
  const bytes = Buffer.from(lines.join(''))
  return bytes.toString('latin1').padEnd(Math.ceil(bytes.length / BLOCK) * BLOCK, '\n')
}

function payload(secrets: string, stdin: string | Secret | undefined): string | Secret | undefined {
  if (secrets === '') return stdin
  const exports = Buffer.from(secrets, 'latin1').toString()
  return new Secret('environment', exports + (stdin === undefined ? '' : reveal(stdin)))
}

/** What an accepted exit code other than 0 is written behind, at the end of standard error. */
const MARK = '\0'

function judged(body: string, okCodes: readonly number[] = [0]): string[] {
  if (okCodes.length === 1 && okCodes[0] === 0) return [body]
  const accepted = okCodes.filter((code) => code !== 0).join('|')
  return [
    '(',
    body,
    ')',
    'code=$?',
    'case $code in',
    ...(accepted === '' ? [] : [`${accepted}) printf '\\0%s' $code >&2; exit 0 ;;`]),
    ...(okCodes.includes(0) ? [] : [`0) echo 'exit code 0 is not among the expected' >&2; exit 1 ;;`]),
    'esac',
    'exit $code',
  ]
}

/** Standard error as the command wrote it, and the code that it ended with. */
export function exitOf({ code: ended, stderr: bytes }: Reply): { stderr: string; code: number } {
  const stderr = bytes.toString()
  const at = stderr.lastIndexOf(MARK)
  const code = at < 0 ? '' : stderr.slice(at + 1)
  return /^\d+$/.test(code) ? { stderr: stderr.slice(0, at), code: Number(code) } : { stderr, code: ended }
}
