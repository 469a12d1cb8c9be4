import { groupBy } from '../../core/group-by.ts'
import type { Channel, ChannelHost, ChannelStep, OpenChannel } from '../../core/reader.ts'
import type { Question, Reply } from '../../core/probe.ts'

/** The channels of one host besides its shell. Each is opened when it is first needed. */
export class Channels {
  private readonly open = new Map<Channel<never>, OpenChannel>()
  private readonly host: ChannelHost

  constructor(host: ChannelHost) {
    this.host = host
  }

  /** Asks all channels at once; every question has an answer or an `Error`. @throws UnreachableError */
  async ask(questions: readonly Question[]): Promise<ReadonlyMap<Question, unknown>> {
    const groups = groupBy(questions, ({ reader }) => reader.channel)
    const answers = await Promise.all(
      [...groups].map(async ([channel, own]) =>
        channel === undefined ? new Map<Question, unknown>() : this.of(channel).ask(own),
      ),
    )
    const all = new Map<Question, unknown>(answers.flatMap((one) => [...one]))
    for (const question of questions)
      if (!all.has(question)) all.set(question, new Error(`${question.reader.name} gave no answer`))
    return all
  }

  run(step: ChannelStep): Promise<Reply> {
    return this.of(step.channel).run(step)
  }

  async close(): Promise<void> {
    const open = [...this.open.values()]
    this.open.clear()
    await Promise.allSettled(open.map((channel) => channel.close()))
  }

  private of(channel: Channel<never>): OpenChannel {
    const known = this.open.get(channel) ?? channel.open(this.host)
    this.open.set(channel, known)
    return known
  }
}
