import { type Reader, ask } from '../core/probe.ts'
import type { Resource } from '../core/resource.ts'
import { raw, sh } from '../core/sh.ts'
import type { Item } from '../playbook/compile.ts'
import { observe } from './observe.ts'
import { type Session, type User, userOf } from './session.ts'

/*
 * A handler that was notified is written down on the host in the same stream as the change, and crossed out by its
 * own last step. So a run that dies in between owes it, and the next run pays (ansible#10498, #4777).
 */

const folder = raw(
  '"$(if [ "$(id -u)" = 0 ]; then echo /var/lib/run-playbook; else echo "${XDG_STATE_HOME:-$HOME/.local/state}/run-playbook"; fi)/handlers"',
)

const LEDGER: Resource = 'run-playbook:/handlers'

const owedHandlers: Reader<readonly string[]> = {
  name: 'owed-handlers',
  channel: 'shell',
  ask: () => sh`d=${folder}; if [ -d "$d" ]; then ls "$d"; fi`,
  parse: ({ stdout }, keys) => {
    const ids = stdout.toString().split('\n')
    return keys.map(() => ids.filter((id) => /^[0-9a-f]{16}$/.test(id)))
  },
  sees: () => [LEDGER],
}

const question = ask(owedHandlers, '')

/** The question which handlers an earlier run left undone, for each user that has handlers. */
export function owedQuestions(handlers: readonly Item[]) {
  const users = new Set<User>(handlers.map(userOf))
  return [...users].flatMap((user) => question.questions.map((one) => ({ user, question: one })))
}

/** The handlers that an earlier run notified and did not get to. */
export async function owed(session: Session, handlers: readonly Item[]): Promise<Item[]> {
  await observe(session, owedQuestions(handlers))
  return handlers.filter((handler) => {
    const [one] = question.questions
    const known = one && session.snapshots[userOf(handler)].look(one)
    const ids = known !== undefined && 'answer' in known ? known.answer : []
    return Array.isArray(ids) && ids.includes(handler.id)
  })
}

/** Handlers are about to be paid: a later play that has the same ones must ask again what is owed. */
export function forgetOwed(session: Session): void {
  for (const snapshot of Object.values(session.snapshots)) snapshot.forget([LEDGER])
}

/** Writes down that these handlers must run. */
export function oweScript(handlers: readonly Item[]): string {
  const names = handlers.map(({ id }) => id)
  return sh`d=${folder}; mkdir -p "$d" && cd "$d" && touch -- ${names}`
}

/** Crosses a handler out. */
export const paidScript = ({ id }: Item): string => sh`rm -f -- ${folder}/${id}`

/** Crosses out handlers that had nothing to do when their turn came, and so sent nothing that does it. */
export async function crossOut(session: Session, handlers: readonly Item[]): Promise<void> {
  for (const user of ['login', 'root'] as const) {
    const own = handlers.filter((handler) => userOf(handler) === user)
    if (own.length === 0) continue
    const scripts = own.map((handler) => ({ kind: 'step' as const, script: paidScript(handler) }))
    await session.connection.exchange(scripts, { user, lock: true })
  }
}
