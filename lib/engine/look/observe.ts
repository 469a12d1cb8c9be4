import { askFailed } from '../../core/error-message.ts'
import { groupBy } from '../../core/group-by.ts'
import { UserError } from '../../core/errors.ts'
import { type Question, type Reader, type Reply, isSingle } from '../../core/probe.ts'
import { type Script, TIMED_OUT } from '../../transport/transport.ts'
import type { Session } from '../session.ts'
import type { Why } from './channels.ts'
import { ASK_TIMEOUT_MS } from './limits.ts'
import { questionId } from './question-id.ts'

/** Keys of one script: well under the 128 KiB that Linux allows one argument. */
const SCRIPT_LIMIT = 48 * 1024
/** After this time without an answer a host is waited for beside the others. */
const SLOW_MS = 5000

/** A question and whose eyes it is asked with. */
export interface Wanted {
  readonly user: string
  readonly question: Question
}

/** Probe scripts of one user, and how to read their replies. */
export interface Batch {
  readonly scripts: readonly Script[]
  readonly read: (replies: readonly Reply[]) => readonly Answered[]
}

export interface Answered {
  readonly question: Question
  /** An `Error` where the host could not answer. */
  readonly answer: unknown
}

/** Asks what is not known yet: one trip a user and one for each channel, all at once. */
export async function observe(session: Session, wanted: readonly Wanted[], why: Why = 'look'): Promise<void> {
  const missing = unknown(session, wanted)
  const shell = [...groupBy(missing.filter(isShell), ({ user }) => user)].map(async ([user, own]) => {
    const batch = shellBatch(own.map(({ question }) => question))
    record(session, user, await exchange(session, user, batch))
  })
  await Promise.all([...shell, observeChannels(session, missing, why)])
}

/** Asks the host now, whatever is known or foreseen. */
export async function askNow(
  session: Session,
  user: string,
  questions: readonly Question[],
  lock = true,
): Promise<readonly Answered[]> {
  const [shell, channels] = await Promise.all([
    exchange(session, user, shellBatch(questions.filter(isForShell)), lock),
    askChannels(
      session,
      questions.filter((one) => !isForShell(one)),
      'look',
    ),
  ])
  return [...shell, ...channels]
}

async function exchange(
  session: Session,
  user: string,
  batch: Batch,
  lock = true,
): Promise<readonly Answered[]> {
  if (batch.scripts.length === 0) return []
  const options = { user, lock: lock && !session.mode.check }
  return batch.read(await unlessSlow(session, session.connection.exchange(batch.scripts, options)))
}

/** Questions are answered at once, by a host that is well and locked by nobody. */
const unlessSlow = <T>({ worker, mode }: Session, answers: Promise<T>): Promise<T> =>
  worker.during(answers, mode.slowMs ?? SLOW_MS)

/** Keeps the answers. */
export function record(session: Session, user: string, answers: readonly Answered[]): void {
  for (const { question, answer } of answers) session.snapshot.record(user, question, answer)
}

/** Asks the channels for what is missing. */
export async function observeChannels(session: Session, wanted: readonly Wanted[], why: Why): Promise<void> {
  const missing = unknown(session, wanted).filter((one) => !isShell(one))
  const questions = missing.map(({ question }) => question)
  const answers = await askChannels(session, questions, why)
  missing.forEach(({ user, question }, i) => session.snapshot.record(user, question, answers[i]?.answer))
}

async function askChannels(
  session: Session,
  questions: readonly Question[],
  why: Why,
): Promise<readonly Answered[]> {
  if (questions.length === 0) return []
  const answers = await unlessSlow(session, session.channels.ask(questions, why))
  return questions.map((question) => ({ question, answer: answers.get(question) }))
}

const isForShell = ({ reader }: Question): boolean => reader.channel === undefined

/** What is asked of the host's shell. */
export const isShell = ({ question }: Wanted): boolean => isForShell(question)

/** What is not known, each once. */
export function unknown(session: Session, wanted: readonly Wanted[]): Wanted[] {
  const once = new Map<string, Wanted>()
  for (const one of wanted) {
    if (isUnknown(session, one)) once.set(`${one.user}\0${questionId(one.question)}`, one)
  }
  return [...once.values()]
}

// A dry run makes no change, so what may be stale later can be asked today.
function isUnknown({ snapshot, mode }: Session, { user, question }: Wanted): boolean {
  const known = snapshot.look(user, question)
  return known.kind === 'missing' || (mode.check && known.kind === 'stale' && !known.asked)
}

/** The scripts that answer all questions: one for each reader, however many tasks ask. */
export function shellBatch(questions: readonly Question[]): Batch {
  const groups = grouped(questions)
  const scripts = groups.map((group): Script => {
    const keys = group.questions.map(({ key }) => key)
    return { kind: 'probe', script: group.reader.ask(keys), timeoutMs: ASK_TIMEOUT_MS }
  })
  const read = (replies: readonly Reply[]): Answered[] =>
    groups.flatMap((group, i) => {
      const reply = replies[i]
      const answers = reply === undefined ? [] : parsed(group.reader, group.questions, reply)
      return group.questions.map((question, k) => ({ question, answer: answers[k] }))
    })
  return { scripts, read }
}

interface Group {
  readonly reader: Reader<unknown, never>
  readonly questions: Question[]
}

function grouped(questions: readonly Question[]): Group[] {
  const groups: Group[] = []
  const current = new Map<Reader<unknown, never>, Group & { size: number }>()
  for (const question of questions) {
    const { reader, key } = question
    let group = current.get(reader)
    if (group === undefined || group.size + key.length > SCRIPT_LIMIT || isSingle(reader)) {
      group = { reader, questions: [], size: 0 }
      current.set(reader, group)
      groups.push(group)
    }
    group.questions.push(question)
    group.size += key.length + 8
  }
  return groups
}

// A reader that cannot make sense of a reply fails its own questions, never the whole trip.
function parsed(
  reader: Reader<unknown, never>,
  questions: readonly Question[],
  reply: Reply,
): readonly unknown[] {
  if (reply.code === TIMED_OUT) {
    const error = new UserError('E_PROBE_TIMEOUT', `the host did not answer ${reader.name} within a minute`, {
      hint: 'The host is very slow, or a command hangs. Look for a dead network mount or a stuck daemon on the host.',
    })
    return questions.map(() => error)
  }
  const keys = questions.map(({ key }) => key)
  try {
    const answers = reader.parse(reply, keys)
    if (answers.length === keys.length)
      return answers.map((answer) => (answer instanceof Error ? askFailed(reader.name, answer) : answer))
    throw new TypeError(
      `the reader ${reader.name} gave ${answers.length} answers to ${keys.length} questions`,
    )
  } catch (error) {
    const failed = askFailed(reader.name, error)
    return questions.map(() => failed)
  }
}
