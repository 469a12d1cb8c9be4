import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isSingle } from '../../../lib/core/probe.ts'
import type { Question, Reader, Reply } from '../../../lib/core/probe.ts'
import { runStep } from '../../../lib/testing/shells.ts'
import { type Asking, runs } from './asking.ts'
import { BLIND } from './blind.ts'
import { spoiled } from './mutations.ts'
import { RECORDED } from './recorded.ts'

/** What one reader was asked, and what a real host says: one of these texts, or what one of them was spoiled to. */
export interface Said {
  readonly reader: Reader<unknown, never>
  readonly keys: readonly string[]
  readonly code: number
  readonly texts: readonly string[]
  /** Makes of a text what comes over the wire. */
  readonly wrap: (text: string) => string
}

const replyOf = ({ code, wrap }: Said, text: string, otherwise = code): Reply => ({
  code: otherwise,
  stdout: Buffer.from(wrap(text)),
  stderr: Buffer.alloc(0),
})

/** One real answer for each reader: recorded, or from this machine. */
export async function hear({ questions }: Asking['probe']): Promise<Said[]> {
  const said: Said[] = []
  for (const reader of new Set(questions.map((question) => question.reader))) {
    const all = questions.filter((question) => question.reader === reader).map(({ key }) => key)
    const recorded = RECORDED[reader.name]
    assert.ok(recorded !== undefined || reader.channel === undefined, `${reader.name} has no recorded answer`)
    for (const keys of isSingle(reader) ? all.map((key) => [key]) : [all]) {
      if (recorded !== undefined) said.push({ reader, keys, code: 0, wrap: (text) => text, ...recorded })
      else {
        const { code, stdout } = await runStep(['dash'], { script: reader.ask(keys) })
        said.push({ reader, keys, code, texts: [stdout.toString()], wrap: (text) => text })
      }
    }
  }
  return said
}

/** The state that these texts make, and what is made of it. @throws what the reader, the probe or the plan throws */
export function understand({ probe, made }: Asking, heard: readonly Said[], texts: readonly Reply[]): void {
  const byQuestion = new Map<Question, unknown>()
  heard.forEach((said, i) => {
    const answers = said.reader.parse(texts[i] as Reply, said.keys)
    assert.equal(answers.length, said.keys.length, `${said.reader.name} gives another number of answers`)
    for (const question of probe.questions)
      if (question.reader === said.reader && said.keys.includes(question.key))
        byQuestion.set(question, answers[said.keys.indexOf(question.key)])
  })
  const answers = probe.questions.map((question) => byQuestion.get(question))
  if (answers.some((answer) => answer instanceof Error)) return
  for (const step of made(probe.parse(answers)))
    assert.ok(!runs(step), `it would run ${JSON.stringify(step)}`)
}

/** All answers as a real host gives them. */
export const whole = (heard: readonly Said[]): Reply[] =>
  heard.map((said) => replyOf(said, said.texts[0] ?? ''))

/** One answer is spoiled, the others are real: it is refused in words, and never run. */
export function spoilOne(asking: Asking, heard: readonly Said[]): fc.IRawProperty<[number, string, number]> {
  const turn = fc.integer({ min: 0, max: heard.length - 1 })
  const texts = heard.map(({ texts, code }) =>
    fc.tuple(spoiled(texts), fc.constantFrom(code, code, 0, 1, 127)),
  )
  const one = turn.chain((index) =>
    (texts[index] ?? assert.fail()).map(([text, code]): [number, string, number] => [index, text, code]),
  )
  const rest = whole(heard)
  return fc.property(one, ([index, text, code]) => {
    const said = heard[index] ?? assert.fail()
    try {
      understand(asking, heard, rest.with(index, replyOf(said, text, code)))
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      assert.ok(
        error instanceof Error && !BLIND.has(error.constructor),
        `it stumbled: ${(error as Error).stack}`,
      )
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  }) as unknown as fc.IRawProperty<[number, string, number]>
}
