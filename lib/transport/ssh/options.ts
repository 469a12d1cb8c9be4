import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../../core/errors.ts'
import { type Printed, SshFailed, sshProgram } from './ssh-program.ts'
import { sshHome } from './tokens.ts'

/** What is asked of the ssh config about one host. */
export interface Question {
  readonly alias: string
  /** Instead of ~/.ssh/config and /etc/ssh/ssh_config. */
  readonly file: string | undefined
  /** As `ssh -l`, `-p` and `-J` say it, before the config. */
  readonly user?: string | undefined
  readonly port?: number | undefined
  readonly proxyJump?: string | undefined
}

/** Seconds for ssh to read its config: that takes milliseconds, unless the config has it run programs (`Match exec`). */
export const LONGEST_READING = 60

/** The answer: values by lower-case keyword. */
export interface SshOptions {
  readonly get: (name: string) => string | undefined
  readonly all: (name: string) => readonly string[]
  /** Where several files are on one line, `true` when quotes around them are lost. */
  readonly unquoted: boolean
  /** The files that the answer is from. */
  readonly configs: () => Promise<readonly string[]>
}

/**
 * Asks the ssh client, which knows Include, Match and every default; or reads the files where there is none.
 * @param within ends the asking
 * @throws UserError E_SSH_CONFIG when the config is missing or malformed, or when the answer makes no sense
 */
export async function readOptions(question: Question, within?: AbortSignal): Promise<SshOptions> {
  return (await askSsh(question, within)) ?? (await parseConfig(question))
}

/** `-F FILE`, `-l`, `-p` and `-J` of a question. */
export function sshArguments({ file, user, port, proxyJump }: Question): string[] {
  return [
    ...(file === undefined ? [] : ['-F', file]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(proxyJump === undefined ? [] : ['-J', proxyJump]),
  ]
}

/** `undefined` where there is no ssh client. */
async function askSsh(question: Question, within?: AbortSignal): Promise<SshOptions | undefined> {
  const { alias } = question
  const args = ['-T', '-G', ...sshArguments(question), '--', alias]
  const asked = async (...more: string[]): Promise<Printed> => {
    try {
      return await sshProgram([...more, ...args], within)
    } catch (cause) {
      // ForkAfterAuthentication yes makes ssh want a command, unless it is to run none.
      const wantsCommand = cause instanceof SshFailed && cause.message.includes('Cannot fork into background')
      if (more.includes('-N') || !wantsCommand) throw cause
      return asked('-N', ...more)
    }
  }
  let stdout: string
  try {
    stdout = (await asked()).stdout
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (!(cause instanceof SshFailed)) throw cause
    const what = `the ssh config cannot be used for ${alias}: ${cause.message}`
    throw new UserError('E_SSH_CONFIG', what, { cause })
  }
  // ssh says which files it reads, those of Include among them.
  const configs = async (): Promise<string[]> => {
    const { stderr } = await asked('-v')
    const read = stderr.matchAll(/^debug1: Reading configuration data (.*?)(?: depth \d+)?\r?$/gm)
    return Array.from(read, ([, name = '']) => name)
  }
  return printedOptions(stdout, alias, configs)
}

/** The answer that `ssh -G` prints. @throws UserError E_SSH_CONFIG for anything else */
export const printedOptions = (printed: string, alias: string, configs: SshOptions['configs']): SshOptions =>
  answer(parseSshOptions(printed, alias), true, configs)

/**
 * What `ssh -G` prints: a keyword and its value a line, some keywords more than once.
 * @throws UserError E_SSH_CONFIG for anything else
 */
function parseSshOptions(printed: string, alias: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>()
  for (const line of printed.split(/\r?\n/).filter((text) => text.trim() !== '')) {
    const [, name = '', value = ''] = /^([a-z0-9]+)(?: (.*))?$/i.exec(line) ?? []
    if (name === '') throw notUnderstood(alias, line)
    const known = values.get(name.toLowerCase())
    if (known === undefined) values.set(name.toLowerCase(), [value])
    else known.push(value)
  }
  for (const name of ['hostname', 'port', 'user'])
    if (!values.has(name)) throw notUnderstood(alias, `no ${name}`)
  return values
}

export const notUnderstood = (alias: string, line: string): UserError =>
  new UserError('E_SSH_CONFIG', `cannot parse the output of \`ssh -G ${alias}\`: ${line}`)

async function parseConfig(question: Question): Promise<SshOptions> {
  const { alias, file } = question
  const { default: SSHConfig } = await import('ssh-config')
  const paths = file === undefined ? [join(sshHome(), '.ssh/config'), '/etc/ssh/ssh_config'] : [file]
  const texts = await Promise.all(
    paths.map((path) =>
      readFile(path, 'utf8').catch((cause: unknown) => {
        if (file === undefined) return ''
        throw new UserError('E_SSH_CONFIG', `cannot read ${path}: ${(cause as Error).message}`, { cause })
      }),
    ),
  )
  const found = SSHConfig.parse(texts.join('\n').replaceAll('\r', '')).compute(alias, { ignoreCase: true })
  const values = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries<string | readonly string[]>(found)) {
    const all = typeof value === 'string' ? [value] : value
    const key = name.toLowerCase()
    // Several files may be on one line, which the parser splits; IdentityFile comes once a line.
    values.set(key, ONCE_A_LINE.has(key) ? all : [all.map(quoted).join(' ')])
  }
  if (question.user !== undefined) values.set('user', [question.user])
  if (question.port !== undefined) values.set('port', [String(question.port)])
  if (question.proxyJump !== undefined) values.set('proxyjump', [question.proxyJump])
  // The parser does not say which comes first; both together are rare.
  if (question.proxyJump !== undefined) values.delete('proxycommand')
  return answer(values, false, () => Promise.resolve(paths))
}

const ONCE_A_LINE = new Set(['identityfile', 'certificatefile'])

const quoted = (word: string, _: number, { length }: readonly string[]): string =>
  length > 1 && /\s/.test(word) ? `"${word}"` : word

const answer = (
  values: ReadonlyMap<string, readonly string[]>,
  unquoted: boolean,
  configs: SshOptions['configs'],
): SshOptions => ({
  get: (name) => values.get(name)?.[0],
  all: (name) => values.get(name) ?? [],
  unquoted,
  configs,
})
