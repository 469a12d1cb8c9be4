import { UserError } from '../core/errors.ts'
import type { Question, Reader, Reply } from '../core/probe.ts'
import { TIMED_OUT, type Script } from '../transport/transport.ts'
import type { Session, User, Wanted } from './session.ts'
import { questionId } from './snapshot.ts'

/** Keys of one script: well under the 128 KiB that Linux allows one argument. */
const SCRIPT_LIMIT = 48 * 1024
const PROBE_TIMEOUT_MS = 60_000

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

/** Asks what is not known yet: one trip a user and one for each database, all at once. */
export async function observe(session: Session, wanted: readonly Wanted[]): Promise<void> {
  const shell = (['login', 'root'] as const).map(async (user) => {
    const batch = shellBatch(unknown(session, wanted, user, 'shell'))
    record(session, user, await exchange(session, user, batch))
  })
  await Promise.all([...shell, observePostgres(session, wanted)])
}

/** Asks the host now, whatever is known or foreseen. */
export async function askNow(
  session: Session,
  user: User,
  questions: readonly Question[],
  lock = true,
): Promise<readonly Answered[]> {
  return exchange(session, user, shellBatch(questions), lock)
}

async function exchange(
  session: Session,
  user: User,
  batch: Batch,
  lock = true,
): Promise<readonly Answered[]> {
  if (batch.scripts.length === 0) return []
  const options = { user, lock: lock && !session.mode.check }
  return batch.read(await session.connection.exchange(batch.scripts, options))
}

/** Keeps the answers. */
export function record(session: Session, user: User, answers: readonly Answered[]): void {
  for (const { question, answer } of answers) session.snapshots[user].record(question, answer)
}

/** The scripts that answer all questions: one for each reader, however many tasks ask. */
export function shellBatch(questions: readonly Question[]): Batch {
  const groups = grouped(questions)
  const scripts = groups.map((group): Script => {
    const keys = group.questions.map(({ key }) => key)
    return { kind: 'probe', script: group.reader.ask(keys), timeoutMs: PROBE_TIMEOUT_MS }
  })
  const read = (replies: readonly Reply[]): Answered[] =>
    groups.flatMap((group, i) => {
      const reply = replies[i]
      const answers = reply === undefined ? [] : parsed(group.reader, group.questions, reply)
      return group.questions.map((question, k) => ({ question, answer: answers[k] }))
    })
  return { scripts, read }
}

/** Asks the databases. */
export async function observePostgres(session: Session, wanted: readonly Wanted[]): Promise<void> {
  for (const user of ['login', 'root'] as const) {
    const questions = unknown(session, wanted, user, 'postgres')
    if (questions.length === 0) continue
    const answers = await session.postgres.ask(questions)
    for (const question of questions) {
      session.snapshots[user].record(
        question,
        answers.has(question) ? answers.get(question) : new Error('no answer'),
      )
    }
  }
}

/** The questions among `wanted` whose answers are not known, each once. */
export function unknown(
  session: Session,
  wanted: readonly Wanted[],
  user: User,
  channel: 'shell' | 'postgres',
): Question[] {
  const once = new Map<string, Question>()
  for (const { user: asker, question } of wanted) {
    if (asker !== user || question.reader.channel !== channel) continue
    if (session.snapshots[user].look(question).kind === 'missing') once.set(questionId(question), question)
  }
  return [...once.values()]
}

interface Group {
  readonly reader: Reader<unknown>
  readonly questions: Question[]
}

function grouped(questions: readonly Question[]): Group[] {
  const groups: Group[] = []
  const current = new Map<string, Group & { size: number }>()
  for (const question of questions) {
    const { reader, key } = question
    let group = current.get(reader.name)
    if (group === undefined || group.size + key.length > SCRIPT_LIMIT) {
      group = { reader, questions: [], size: 0 }
      current.set(reader.name, group)
      groups.push(group)
    }
    group.questions.push(question)
    group.size += key.length + 8
  }
  return groups
}

// A reader that cannot make sense of a reply fails its own questions, never the whole trip.
function parsed(reader: Reader<unknown>, questions: readonly Question[], reply: Reply): readonly unknown[] {
  if (reply.code === TIMED_OUT) {
    const error = new UserError('E_PROBE_TIMEOUT', `the host did not answer ${reader.name} within a minute`, {
      hint: 'Something it looks at hangs: a dead network mount, or a stuck daemon.',
    })
    return questions.map(() => error)
  }
  try {
    return reader.parse(
      reply,
      questions.map(({ key }) => key),
    )
  } catch (error) {
    return questions.map(() => error)
  }
}
