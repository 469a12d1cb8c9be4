import type { StepAnswer, StepQuestion } from '../engine/session.ts'
import { clean } from '../reporters/index.ts'
import { ask } from './confirm.ts'

/** Asks before each task, one question at a time however many hosts are worked on. */
export function askStep(stop: AbortSignal): (question: StepQuestion) => Promise<StepAnswer> {
  let before: Promise<StepAnswer> = Promise.resolve('run')
  const next = async (previous: StepAnswer, question: StepQuestion): Promise<StepAnswer> => {
    if (previous === 'run all') return previous
    const { host, role, task, module } = question
    const name = role === '' ? task : `${role} › ${task}`
    const answer = await ask(`${clean(host)}  ${clean(name)} (${clean(module)})? y/N/all `, { stop })
    if (/^a(ll)?$/i.test(answer)) return 'run all'
    return /^y(es)?$/i.test(answer) ? 'run' : 'skip'
  }
  return (question) => (before = before.then((previous) => next(previous, question)))
}
