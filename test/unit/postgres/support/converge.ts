import assert from 'node:assert/strict'
import type { Change } from '../../../../lib/core/change.ts'
import type { Plan } from '../../../../lib/core/module.ts'
import type { Question } from '../../../../lib/core/probe.ts'
import type { Task } from '../../../../lib/core/task.ts'
import type { PostgresChannel } from '../../../../lib/postgres/channel.ts'
import type { PostgresTarget } from '../../../../lib/postgres/target.ts'
import type { ChannelQuestion, ChannelStep } from '../../../../lib/core/reader.ts'

/** What the engine does with one task: ask, plan, apply, ask again; nothing may be left and no prediction be wrong. */
export async function converge(channel: PostgresChannel, task: Task): Promise<readonly Change[]> {
  const before = await look(channel, task)
  const { changes, leaves = [] } = before.plan
  if (changes.length === 0) return changes
  for (const step of task.module.apply(task.args, before.state)) {
    assert('channel' in step)
    const reply = await channel.run(step as ChannelStep<PostgresTarget>)
    assert.equal(reply.code, 0, `${reply.stderr.toString()}\n${step.text}`)
  }
  const after = await look(channel, task)
  assert.deepEqual(after.plan.changes, [], 'nothing is left to do')
  for (const { question, answer } of leaves) {
    const [[, real] = []] = await channel.ask(asked([question]))
    assert.deepEqual(real, answer, `what ${question.reader.name} was predicted to answer`)
  }
  return changes
}

/** State and plan as they are now. @throws what the engine would report as the task's failure */
export async function look(channel: PostgresChannel, task: Task): Promise<{ state: unknown; plan: Plan }> {
  const probe = task.module.probe(task.args)
  const answers = await channel.ask(asked(probe.questions))
  const inOrder = probe.questions.map((question) => answers.get(question))
  const broken = inOrder.find((answer) => answer instanceof Error)
  if (broken !== undefined) throw broken
  const state = probe.parse(inOrder)
  return { state, plan: task.module.plan(task.args, state) }
}

// A module of PostgreSQL always says which server.
const asked = (questions: readonly Question[]) => questions as readonly ChannelQuestion<PostgresTarget>[]
