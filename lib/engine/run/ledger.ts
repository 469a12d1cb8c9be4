import { type Reader, question } from '../../core/probe.ts'
import { defineResourceKind } from '../../core/resource.ts'
import { sh } from '../../core/sh.ts'
import { idOf } from '../../playbook/identify.ts'
import type { Item } from '../../playbook/program.ts'
import { type Wanted, observe } from '../look/observe.ts'
import type { Session } from '../session.ts'
import { stateFolder } from './state-folder.ts'

/*
 * A handler that was notified is written down on the host in the same stream as the change, and crossed out by its
 * own last step. So a run that dies in between owes it, and the next run pays (ansible#10498, #4777). Each user has a
 * ledger of its own: a task writes into that of the user it runs as.
 */

const folder = stateFolder('handlers')

const ledgers = defineResourceKind('handler-ledger')

const owedHandlers: Reader<readonly string[]> = {
  name: 'owed-handlers',
  ask: () => sh`d=${folder}; if [ -d "$d" ]; then ls "$d"; fi`,
  parse: ({ stdout }, keys) => {
    const ids = stdout.toString().split('\n')
    return keys.map(() => ids.filter((id) => /^[0-9a-f]{16}$/.test(id)))
  },
  sees: () => [ledgers.all],
}

const owedQuestion = question(owedHandlers, '')

/** Who may have written down that a handler is owed: whoever notifies it. */
function bookkeepers(items: readonly Item[], handlers: readonly Item[]): Set<string> {
  const notifying = items.filter(({ notify, delegateTo }) => notify.length > 0 && delegateTo === undefined)
  return new Set([...handlers, ...(handlers.length > 0 ? notifying : [])].map(({ user }) => user))
}

/** The question which handlers an earlier run left undone, for each user whose ledger may say so. */
export function owedQuestions(items: readonly Item[], handlers: readonly Item[]): Wanted[] {
  return [...bookkeepers(items, handlers)].map((user) => ({ user, question: owedQuestion }))
}

/** The handlers that an earlier run notified and did not get to. */
export async function owed(
  session: Session,
  items: readonly Item[],
  handlers: readonly Item[],
): Promise<Item[]> {
  const questions = owedQuestions(items, handlers)
  await observe(session, questions)
  const ids = new Set(questions.flatMap(({ user }) => ownedBy(session, user)))
  return handlers.filter((handler) => ids.has(idOf(handler)))
}

function ownedBy(session: Session, user: string): readonly string[] {
  const known = session.snapshot.look(user, owedQuestion)
  return 'answer' in known && Array.isArray(known.answer) ? (known.answer as string[]) : []
}

/** Handlers are about to be paid: a later play that has the same ones must ask again what is owed. */
export const forgetOwed = ({ snapshot }: Session): void => snapshot.forget([ledgers.all])

/** Whether a change writes down its handlers on the host that it is made on. */
export const owes = ({ notify, delegateTo, task }: Item): boolean =>
  notify.length > 0 && delegateTo === undefined && task.options.changedWhen !== false

/** Writes down that these handlers must run. */
export function oweScript(handlers: readonly Item[]): string {
  const names = handlers.map(idOf)
  return sh`d=${folder}; mkdir -p "$d" && cd "$d" && [ -O . ] && [ -O .. ] && touch -- ${names}`
}

/** Crosses a handler out. */
export const paidScript = (handler: Item): string => sh`rm -f -- ${folder}/${idOf(handler)}`

/**
 * Crosses out handlers where their own last step did not: those that had nothing to do when their turn came, and in the
 * ledgers of other users that notified them.
 */
export async function crossOut(
  session: Session,
  items: readonly Item[],
  idle: readonly Item[],
  done: readonly Item[],
): Promise<void> {
  const all = [...idle, ...done]
  for (const user of bookkeepers(items, all)) {
    const own = all.filter((handler) => handler.user !== user || idle.includes(handler))
    const notified = own.filter(
      (handler) =>
        handler.user === user || items.some((item) => item.user === user && item.notify.includes(handler)),
    )
    if (notified.length === 0) continue
    const scripts = notified.map((handler) => ({ kind: 'step' as const, script: paidScript(handler) }))
    await session.connection.exchange(scripts, { user, lock: true })
  }
}
