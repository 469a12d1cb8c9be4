import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, predict, question } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { readBody } from '../../shared/text.ts'
import { connectivity } from '../connectivity.ts'
import { type SshLogin, sshLogin } from '../ufw/login.ts'
import { type SshdConfigArgs, args } from './args.ts'
import { change, confirm, undoNow } from './commands.ts'
import { type SshdLook, type SshdQuestion, dropInPath, keywordsOf, sshdLook } from './reader.ts'
import { dropInText, placeOf, wantedLines, withBlocks } from './text.ts'

/** What is there of sshd. */
export interface SshdConfigState {
  /** Undefined where the host has no sshd. */
  readonly sshd: SshdLook | undefined
  /** Undefined where the host is not reached by SSH. */
  readonly login: SshLogin | undefined
}

/**
 * Directives of sshd: in a drop-in of `/etc/ssh/sshd_config.d` if the configuration includes that, otherwise in the configuration itself. sshd
 * checks them before they take effect, in a dry run too, and reads its configuration again by itself.
 *
 * A host that is reached by SSH is never locked out: after the change a new login, as the same user and by the same way, must succeed, and only
 * then the change stays. If it fails, or if the run is killed, the old configuration comes back; the host sees to that itself, unless it is
 * restarted before that. Connections that are there already stay.
 *
 * sshd takes the first value that it finds. If another file sets a directive first, the task fails and names the place. Directives in
 * `match` are not compared in this way. Needs `become` unless the user is root.
 *
 * @dryRun Reads the configuration, has sshd check it with the new directives, and shows the diff of the file. Text that sshd refuses
 * fails; a directive that another file sets first is found in the run, or in a dry run after it. Later tasks see the new text.
 * What is reached over the network is unknown to them.
 *
 * @throws UserError E_NO_SSHD, E_BAD_SSHD_CONFIG, E_SSHD_OVERRIDDEN, E_NO_NEW_LOGIN
 *
 * @example
 * sshdConfig('keys only', {
 *   options: { PasswordAuthentication: 'no', PermitRootLogin: 'prohibit-password', MaxAuthTries: 3 },
 *   match: [{ criteria: 'User backup', options: { AllowTcpForwarding: 'no', ForceCommand: 'internal-sftp' } }],
 * })
 */
export const sshdConfig: Module<SshdConfigArgs, SshdConfigState> = defineModule({
  name: 'sshd_config',
  args,
  probe: (given): Probe<SshdConfigState> =>
    askAll<SshdConfigState>({ sshd: ask(sshdLook, keyOf(given)), login: ask(sshLogin, '') }),
  plan,
  apply,
  touches: (given, state) => [
    ...(state?.sshd === undefined
      ? [paths.below('/etc/ssh'), paths.below(`${configOf(given)}.d`), paths.at(configOf(given))]
      : [paths.at(wantedFile(given, state.sshd).path)]),
    connectivity.all,
  ],
})

const configOf = ({ path = '/etc/ssh/sshd_config' }: SshdConfigArgs): string => path
const nameOf = ({ name = 'run-playbook' }: SshdConfigArgs): string => name

function keyOf(given: SshdConfigArgs): string {
  const asked: SshdQuestion = { config: configOf(given), name: nameOf(given), ...wantedLines(given) }
  return JSON.stringify(asked)
}

/** What is to be in which file. */
interface Wanted {
  readonly path: string
  readonly now: string | undefined
  /** Undefined where the file is to be removed. */
  readonly text: string | undefined
}

function wantedFile(given: SshdConfigArgs, { files, folder }: SshdLook): Wanted {
  const textOf = (path: string): string | undefined => files.find((file) => file.path === path)?.text
  const lines = wantedLines(given)
  const config = configOf(given)
  if (folder === undefined) {
    const now = textOf(config) ?? ''
    return { path: config, now, text: withBlocks(now, nameOf(given), lines) }
  }
  const path = dropInPath(folder, nameOf(given))
  return { path, now: textOf(path), text: given.state === 'absent' ? undefined : dropInText(lines) }
}

function lookOf({ sshd }: SshdConfigState, given: SshdConfigArgs): SshdLook {
  if (sshd === undefined)
    throw new UserError('E_NO_SSHD', 'the host has no sshd', {
      hint: "Install it in an earlier task: packages('sshd', { names: ['openssh-server'] }).",
    })
  if (!sshd.files.some(({ path }) => path === configOf(given)))
    throw new UserError('E_NO_SSHD', `there is no ${configOf(given)} on the host`, {
      hint: 'Correct `path`, or install sshd in an earlier task.',
    })
  if (sshd.refused !== undefined && given.state !== 'absent')
    throw new UserError('E_BAD_SSHD_CONFIG', `sshd refuses the configuration: ${sshd.refused}`, {
      hint: 'Correct the arguments; sshd_config(5) describes them. Nothing was changed.',
    })
  return sshd
}

function plan(given: SshdConfigArgs, state: SshdConfigState): Plan {
  const look = lookOf(state, given)
  const { path, now, text } = wantedFile(given, look)
  const changes: Change[] = [
    ...(look.pending ? [{ what: 'earlier change', from: 'not confirmed', to: 'made anew' }] : []),
    ...(now === text ? [] : [contentChange(path, now, text)]),
  ]
  if (changes.length === 0) {
    assertEffective(look, path)
    return { changes, because: text === undefined ? 'already absent' : `already in ${path}` }
  }
  const files = [
    ...look.files.filter((file) => file.path !== path),
    ...(text === undefined ? [] : [{ path, text }]),
  ]
  const config = configOf(given)
  const order = ({ path: one }: { path: string }): string => (one === config ? '~' : one)
  const after: SshdLook = {
    ...look,
    files: files.toSorted((one, other) => (order(one) < order(other) ? -1 : 1)),
    now: look.wanted,
    pending: false,
  }
  return {
    changes,
    leaves: [
      predict(sshdLook, keyOf(given), after),
      predict(sshLogin, '', state.login),
      predict(readBody, path, text),
    ],
  }
}

function contentChange(path: string, now: string | undefined, text: string | undefined): Change {
  const body = { path, wanted: text ?? '', now: question(readBody, path) }
  const said = (one: string | undefined): string => (one === undefined ? 'absent' : 'present')
  if (now === undefined || text === undefined) return { what: path, from: said(now), to: said(text), body }
  return { what: path, from: 'other directives', to: 'as wanted', body }
}

/** @throws UserError where another file sets a directive first */
function assertEffective({ now, wanted, files }: SshdLook, path: string): void {
  const differs = wanted.find((line) => !now.includes(line))
  if (differs === undefined) return
  const keyword = differs.split(' ')[0] ?? ''
  const is = now
    .filter((line) => line.startsWith(`${keyword} `))
    .map((line) => line.slice(keyword.length + 1))
  const others = files.filter((file) => file.path !== path)
  const place = placeOf(keyword, others) ?? 'another file'
  throw new UserError(
    'E_SSHD_OVERRIDDEN',
    `sshd takes ${keyword} ${is.join(', ') || 'of nobody'} instead of ${differs.slice(keyword.length + 1)}: ${place} sets it first`,
    { hint: 'Remove the directive there, for example with lineinfile, in an earlier task.' },
  )
}

function apply(given: SshdConfigArgs, state: SshdConfigState): ShellStep[] {
  const look = lookOf(state, given)
  const { path, text } = wantedFile(given, look)
  const { timeoutMs = 20_000 } = given
  const config = configOf(given)
  const keywords = keywordsOf(wantedLines(given).all)
  const guarded = state.login !== undefined
  const newLogin = guarded ? { timeoutMs, otherwise: undoNow(config, path) } : undefined
  const seconds = Math.ceil((3 * timeoutMs) / 1000)
  const file = { config, file: path, removes: text === undefined, seconds, keywords, wanted: look.wanted }
  return [
    { script: change(file), stdin: text ?? '', explains: true },
    { script: confirm(path), explains: true, newLogin },
  ]
}
