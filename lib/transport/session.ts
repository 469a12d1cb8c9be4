import { randomBytes } from 'node:crypto'
import { UnreachableError, UserError } from '../core/errors.ts'
import type { Reply } from '../core/probe.ts'
import { scrub } from '../core/secret.ts'
import { type LockRequest, batchText } from './batch.ts'
import { type ByteReader, EndOfStream, byteReader } from './byte-reader.ts'
import { type Channel, endOf, tailOf, writeAll } from './channel.ts'
import { OUTPUT_CAP, packProgram, sessionProgram } from './host-program.ts'
import { openPayload, sendPayload } from './payload.ts'
import { type Script, SKIPPED } from './transport.ts'

/** What a session says about itself before its first reply. */
export interface Greeting {
  readonly uid: number
  /** The host's own end of the connection, from SSH_CONNECTION. */
  readonly serverAddress: string | undefined
}

export interface Batch {
  readonly scripts: readonly Script[]
  readonly lock: LockRequest | undefined
  readonly onReply: ((index: number, reply: Reply) => void) | undefined
}

export interface SessionOptions {
  /** For error messages. */
  readonly host: string
  readonly trace: (text: string) => void
  readonly warn: (text: string) => void
  /** What it means that the shell ended before it greeted. @default E_NO_SHELL */
  readonly neverStarted?: ((said: string) => UserError) | undefined
}

/** A shell that something was said to before: sudo's. */
export interface StartedShell {
  /** Started by sudo. */
  readonly root?: boolean
  readonly nonce?: string
  readonly reader?: ByteReader
  readonly stderr?: () => string
  readonly serverAddress?: string | undefined
}

/** 128 random bits in hex. */
export const newNonce = (): string => randomBytes(16).toString('hex')

const GREETING_TIMEOUT = 30_000

/** A shell on a host that runs batches one after the other until its stdin ends. */
export class Session {
  readonly #channel: Channel
  readonly #options: SessionOptions
  readonly #nonce: string
  readonly #reader: ByteReader
  readonly #stderr: () => string
  readonly #server: string | undefined
  #greeting: Greeting | undefined
  #busy = false
  #turn: Promise<unknown> = Promise.resolve()

  /**
   * Sends the session's program without waiting for anything: the first batch may follow at once.
   *
   * @param channel runs a bootstrap that is about to read a program
   * @param started what became of the channel before, when it was sudo's
   */
  constructor(
    channel: Channel,
    options: SessionOptions,
    { root = false, nonce = newNonce(), ...started }: StartedShell = {},
  ) {
    this.#channel = channel
    this.#options = options
    this.#nonce = nonce
    this.#reader = started.reader ?? byteReader(channel.stdout)
    this.#stderr = started.stderr ?? tailOf(channel.stderr)
    this.#server = started.serverAddress
    channel.stdin.write(packProgram(sessionProgram(nonce, root), nonce))
  }

  /** Known after the first batch. */
  get greeting(): Greeting | undefined {
    return this.#greeting
  }

  /** Runs one batch; callers take turns. @throws UnreachableError, UserError E_LOCKED, E_FILE */
  run(batch: Batch): Promise<Reply[]> {
    const turn = this.#turn.then(() => this.#run(batch))
    // The next one runs whatever became of this one.
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #run({ scripts, lock, onReply }: Batch): Promise<Reply[]> {
    const payloads = await Promise.all(scripts.map(({ stdin }) => openPayload(stdin)))
    scripts.forEach(({ script, kind }, i) => {
      const stdin = payloads[i] === undefined ? '' : ` (${payloads[i].size} bytes on stdin)`
      this.#options.trace(`> ${kind} ${i}${stdin}: ${script}`)
    })
    const send = async (): Promise<void> => {
      await writeAll(this.#channel, packProgram(batchText(scripts, payloads, lock), this.#nonce))
      for (const payload of payloads) {
        if (payload !== undefined) await sendPayload(this.#channel, payload, this.#nonce)
      }
    }
    this.#busy = true
    try {
      // Of a shell that has ended, what it said last tells more than the write that failed.
      const sent = send().catch((error: unknown) => {
        if (!this.#channel.ended.aborted) throw error
      })
      const [replies] = await Promise.all([this.#receive(scripts, onReply), sent])
      return replies
    } catch (error) {
      if (error instanceof UserError) throw error
      const lost = this.#channel.ended.aborted || error instanceof EndOfStream || error instanceof NotAReply
      // The end of the output comes before the exit status or the reason why the connection is gone.
      if (error instanceof EndOfStream) await endOf(this.#channel)
      this.#channel.destroy()
      throw lost ? this.#lost(error) : error
    } finally {
      this.#busy = false
    }
  }

  /** Lets the shell end by itself and tidy up. In the middle of a batch it is cut off: the running script ends, the next ones never run. */
  async close(): Promise<void> {
    if (this.#busy || this.#channel.ended.aborted) return this.#channel.destroy()
    const timer = setTimeout(() => this.#channel.destroy(), CLOSE_TIMEOUT)
    this.#channel.stdin.end()
    await this.#reader.take(Infinity).catch(() => {})
    clearTimeout(timer)
  }

  async #receive(scripts: readonly Script[], onReply: Batch['onReply']): Promise<Reply[]> {
    this.#greeting ??= await this.#greet()
    const replies: Reply[] = []
    let refused: UserError | undefined
    while (replies.length < scripts.length) {
      const [nonce, what, ...words] = (await this.#reader.line()).split(' ')
      if (nonce !== this.#nonce) throw new NotAReply()
      if (what === 'replies') await this.#take(words, scripts, replies, onReply)
      else if (what === 'skipped') this.#add({ ...NOTHING, code: SKIPPED }, replies, onReply)
      else if (what === 'waiting') this.#options.warn(`waiting for another run-playbook: ${words.join(' ')}`)
      else if (what !== 'granted') refused = this.#refused(what, words.join(' '))
    }
    if (refused !== undefined) throw refused
    return replies
  }

  async #greet(): Promise<Greeting> {
    const timer = setTimeout(() => this.#channel.destroy(), GREETING_TIMEOUT)
    try {
      for (let server = this.#server; ;) {
        await this.#reader.skipPast(`\n${this.#nonce} `)
        const [what, ...words] = (await this.#reader.line()).split(' ')
        const address = words.at(-1)
        if (what !== 'root' && address !== '-') server = address
        if (what === 'hello') return { uid: Number(words[0]), serverAddress: server }
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** One frame: `,code,code ,length,length,length,length` and as many bytes. */
  async #take(
    [codes = '', sizes = '']: readonly string[],
    scripts: readonly Script[],
    replies: Reply[],
    onReply: Batch['onReply'],
  ): Promise<void> {
    const lengths = sizes.split(',').slice(1).map(Number)
    for (const code of codes.split(',').slice(1)) {
      const kind = scripts[replies.length]?.kind ?? 'probe'
      const [out = 0, err = 0] = lengths.splice(0, 2)
      const stdout = await this.#reader.take(Math.min(out, OUTPUT_CAP[kind]))
      const stderr = await this.#reader.take(Math.min(err, OUTPUT_CAP[kind]))
      const reply = { code: Number(code), stdout, stderr }
      this.#add(kind === 'probe' && out > stdout.length ? tooLong(reply, out) : reply, replies, onReply)
    }
  }

  #add(reply: Reply, replies: Reply[], onReply: Batch['onReply']): void {
    const index = replies.push(reply) - 1
    const { code, stdout, stderr } = reply
    this.#options.trace(`< ${index}: ${code} (${stdout.length} bytes, ${stderr.length} on stderr)`)
    onReply?.(index, reply)
  }

  #refused(what: string | undefined, why: string): UserError {
    const { host } = this.#options
    if (what === 'locked') {
      return new UserError('E_LOCKED', `another run-playbook is working on ${host}: ${why}`, {
        hint: 'Wait for it to end; the lock goes with it.',
      })
    }
    return new UserError('E_LOCK_FAILED', `cannot lock ${host}: ${why}`)
  }

  #lost(cause: unknown): UserError {
    const noise =
      cause instanceof EndOfStream && this.#greeting === undefined ? cause.rest.toString('utf8') : ''
    const said = scrub([noise.slice(-1000).trim(), this.#stderr()].filter(Boolean).join('\n'))
    const end = this.#channel.end()
    const early = this.#greeting === undefined && !end.connectionLost
    if (early && this.#options.neverStarted !== undefined) return this.#options.neverStarted(said)
    const { host } = this.#options
    const why = [cause instanceof NotAReply ? cause.message : end.how, said].filter(Boolean).join(': ')
    return early
      ? new UnreachableError('E_NO_SHELL', `${host} did not start a shell: ${why}`, {
          hint: `Does \`ssh ${host} /bin/sh -c true\` work?`,
          cause,
        })
      : new UnreachableError('E_CONNECTION_LOST', `the connection to ${host} was lost: ${why}`, { cause })
  }
}

const CLOSE_TIMEOUT = 2000

class NotAReply extends Error {
  constructor() {
    super('the host sent something that is not a reply')
  }
}

const NOTHING = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }

/** Half of an answer would be planned on as if it were the whole. */
function tooLong(reply: Reply, length: number): Reply {
  const stderr = Buffer.from(`run-playbook: the answer has ${length} bytes, more than ${OUTPUT_CAP.probe}`)
  return { code: reply.code === 0 ? 1 : reply.code, stdout: Buffer.alloc(0), stderr }
}
