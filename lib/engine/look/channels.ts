import { askFailed, messageOf } from '../../core/error-message.ts'
import { UnreachableError, UserError } from '../../core/errors.ts'
import { groupBy } from '../../core/group-by.ts'
import type { Channel, ChannelHost, ChannelQuestion, ChannelStep, OpenChannel } from '../../core/reader.ts'
import type { Question, Reply } from '../../core/probe.ts'

/** The channels of one host besides its shell. Each is opened when it is first needed. */
export class Channels {
  private readonly open = new Map<Channel<never>, OpenChannel<never>>()
  private readonly host: ChannelHost

  constructor(host: ChannelHost) {
    this.host = host
  }

  /** Asks all channels at once; every question has an answer or an `Error`. @throws UnreachableError */
  async ask(questions: readonly Question[]): Promise<ReadonlyMap<Question, unknown>> {
    const groups = groupBy(questions.filter(isOfChannel), ({ reader }) => reader.channel)
    const answers = await Promise.all(
      [...groups].map(async ([channel, own]) => (channel === undefined ? [] : this.askOne(channel, own))),
    )
    const all = new Map<Question, unknown>(answers.flat())
    for (const question of questions)
      if (!all.has(question)) all.set(question, new Error(`${question.reader.name} gave no answer`))
    return all
  }

  /** What a channel throws fails the step. @throws UnreachableError */
  async run(step: ChannelStep): Promise<Reply> {
    try {
      return await this.of(step.channel).run(step as ChannelStep<never>)
    } catch (error) {
      if (error instanceof UnreachableError) throw error
      const hint = error instanceof UserError && error.hint !== undefined ? `\n${error.hint}` : ''
      return { code: 1, stdout: Buffer.alloc(0), stderr: Buffer.from(messageOf(error) + hint) }
    }
  }

  private async askOne(
    channel: Channel<never>,
    questions: readonly ChannelQuestion<never>[],
  ): Promise<[Question, unknown][]> {
    try {
      const answers = await this.of(channel).ask(questions)
      return [...answers].map(([question, answer]) => [
        question,
        answer instanceof Error ? askFailed(channel.name, answer) : answer,
      ])
    } catch (error) {
      if (error instanceof UnreachableError) throw error
      return questions.map((question) => [question, askFailed(channel.name, error)])
    }
  }

  async close(): Promise<void> {
    const open = [...this.open.values()]
    this.open.clear()
    await Promise.allSettled(open.map((channel) => channel.close()))
  }

  private of(channel: Channel<never>): OpenChannel<never> {
    const known = this.open.get(channel) ?? channel.open(this.host)
    this.open.set(channel, known)
    return known
  }
}

const isOfChannel = (question: Question): question is ChannelQuestion<never> =>
  question.reader.channel !== undefined
