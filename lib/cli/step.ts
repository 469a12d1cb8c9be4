import type { StepAnswer, StepQuestion } from '../engine/session.ts'
import { clean } from '../reporters/index.ts'
import { type AskedOn, ask } from './confirm.ts'

/**
 * Asks before each task, one question at a time however many hosts are worked on. No answer skips the task; one that
 * is not understood is asked for again.
 */
export function askStep(
  stop: AbortSignal,
  where: AskedOn = {},
): (question: StepQuestion) => Promise<StepAnswer> {
  let before: Promise<StepAnswer> = Promise.resolve('run')
  const next = async (previous: StepAnswer, question: StepQuestion): Promise<StepAnswer> => {
    if (previous === 'run all') return previous
    const { host, role, task, module } = question
    const name = role === '' ? task : `${role} › ${task}`
    for (;;) {
      const text = `${clean(host)}  ${clean(name)} (${clean(module)})? y/N/all `
      const answer = await ask(text, { ...where, stop })
      if (/^a(ll)?$/i.test(answer)) return 'run all'
      if (/^y(es)?$/i.test(answer)) return 'run'
      if (/^(no?)?$/i.test(answer)) return 'skip'
    }
  }
  return (question) => (before = before.then((previous) => next(previous, question)))
}
