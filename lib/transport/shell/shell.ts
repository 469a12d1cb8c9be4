import { randomBytes } from 'node:crypto'
import { UnreachableError, UserError } from '../../core/errors.ts'
import type { Reply } from '../../core/probe.ts'
import { scrub } from '../../core/secret.ts'
import { type LockRequest, batchOf, replyTimes } from './batch.ts'
import { type ByteReader, EndOfStream, TooLong, byteReader } from './byte-reader.ts'
import { type Channel, endOf, tailOf, writeAll } from '../channel.ts'
import { Deadline } from './deadline.ts'
import { LockWait } from './lock-wait.ts'
import { openPayload, sendPayload } from './payload.ts'
import { LONGEST_LINE, NotAReply, parseFrame, readFrame, skippedReply } from './replies.ts'
import { packProgram, sessionProgram } from './program.ts'
import type { Script } from '../transport.ts'

/** What a shell says about itself before its first reply. */
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

export interface ShellOptions {
  /** For error messages. */
  readonly host: string
  readonly trace: (text: string) => void
  readonly warn: (text: string) => void
  /** Milliseconds that the host may take for an answer beyond what the scripts may take. */
  readonly patience: number
  readonly stopFile: string
  /** A command of the operator's machine that starts a shell there, for the error when none starts. */
  readonly tryIt?: string | undefined
  /** No step is to begin any more. */
  readonly stopped: () => boolean
  /** What it means that the shell ended before it greeted. @default E_NO_SHELL */
  readonly neverStarted?: ((said: string) => UserError) | undefined
}

/** A shell that something was said to before: sudo's. */
export interface StartedShell {
  /** The account that it was started for. */
  readonly account?: string
  readonly nonce?: string
  readonly reader?: ByteReader
  readonly stderr?: () => string
  readonly serverAddress?: string | undefined
}

/** 128 random bits in hex. */
export const newNonce = (): string => randomBytes(16).toString('hex')

/** Bytes that start-up files may print. */
export const MOST_NOISE = 1024 * 1024

/** Slower than that no reply comes over a connection that works. */
const BYTES_PER_MS = 32

const CLOSE_TIMEOUT = 2000

/** Milliseconds between two signs to a host whose lock we have. After 50 s without one, others may take it. */
const SIGN_EVERY = 10_000

/** A shell on a host that runs batches one after the other until its stdin ends. */
export class Shell {
  readonly #channel: Channel
  readonly #options: ShellOptions
  readonly #nonce: string
  readonly #reader: ByteReader
  readonly #stderr: () => string
  readonly #server: string | undefined
  readonly #deadline: Deadline
  #greeting: Greeting | undefined
  #signs: NodeJS.Timeout | undefined
  #busy = false
  #cutOff = false
  #turn: Promise<unknown> = Promise.resolve()

  /**
   * Sends the session's program without waiting for anything: the first batch may follow at once.
   *
   * @param channel runs a bootstrap that is about to read a program
   * @param started what became of the channel before, when it was sudo's
   */
  constructor(channel: Channel, options: ShellOptions, started: StartedShell = {}) {
    this.#channel = channel
    this.#options = options
    this.#nonce = started.nonce ?? newNonce()
    this.#reader = started.reader ?? byteReader(channel.stdout)
    this.#stderr = started.stderr ?? tailOf(channel.stderr)
    this.#server = started.serverAddress
    this.#deadline = new Deadline(() => channel.destroy())
    const program = sessionProgram(this.#nonce, options.stopFile, started.account)
    channel.stdin.write(packProgram(program, this.#nonce))
  }

  /** Known after the first batch. */
  get greeting(): Greeting | undefined {
    return this.#greeting
  }

  get ended(): boolean {
    return this.#channel.ended.aborted
  }

  /** It ended in the middle of a batch, so a script may still run on the host. */
  get cutOff(): boolean {
    return this.#cutOff
  }

  /** Runs one batch; callers take turns. @throws UnreachableError, UserError E_LOCKED, E_LOCK_FAILED, E_FILE */
  run(batch: Batch): Promise<Reply[]> {
    const turn = this.#turn.then(() => {
      const begins = !batch.scripts.some(({ continues }) => continues === true)
      return this.#options.stopped() && begins ? this.#runProbes(batch) : this.#run(batch)
    })
    // The next one runs whatever became of this one.
    this.#turn = turn.catch(() => {})
    return turn
  }

  /** What is still asked after a stop: the steps are not even sent. */
  async #runProbes({ scripts, onReply }: Batch): Promise<Reply[]> {
    const replies: Reply[] = []
    const add = (reply: Reply): void => {
      const index = replies.push(reply) - 1
      onReply?.(index, reply)
    }
    const skipSteps = (): void => {
      while (scripts[replies.length]?.kind === 'step') add(skippedReply())
    }
    skipSteps()
    const probes = scripts.filter(({ kind }) => kind === 'probe')
    const onAnswer = (_: number, reply: Reply): void => {
      add(reply)
      skipSteps()
    }
    if (probes.length > 0) await this.#run({ scripts: probes, lock: undefined, onReply: onAnswer })
    return replies
  }

  async #run({ scripts, lock, onReply }: Batch): Promise<Reply[]> {
    const payloads = await Promise.all(scripts.map(({ stdin }) => openPayload(stdin)))
    scripts.forEach(({ script, kind }, i) => {
      const stdin = payloads[i] === undefined ? '' : ` (${payloads[i].size} bytes on stdin)`
      this.#options.trace(`> ${kind} ${i}${stdin}: ${script}`)
    })
    const taken = (): void => this.#deadline.extend()
    const send = async (): Promise<void> => {
      const batch = batchOf(scripts, payloads, lock)
      await writeAll(this.#channel, packProgram(batch.text, this.#nonce), taken)
      for (const payload of batch.payloads) await sendPayload(this.#channel, payload, this.#nonce, taken)
    }
    this.#busy = true
    try {
      // Of a shell that has ended, what it said last tells more than the write that failed.
      const sent = send().catch((error: unknown) => {
        if (!this.#channel.ended.aborted) throw error
      })
      const [replies] = await Promise.all([this.#receive(scripts, lock, onReply), sent])
      return replies
    } catch (error) {
      if (error instanceof UserError) throw error
      this.#cutOff = true
      const garbage = error instanceof NotAReply || error instanceof TooLong
      const lost = this.#channel.ended.aborted || error instanceof EndOfStream || garbage
      // The end of the output comes before the exit status or the reason why the connection is gone.
      if (error instanceof EndOfStream) await endOf(this.#channel)
      this.#channel.destroy()
      throw lost ? this.#lost(error) : error
    } finally {
      this.#deadline.clear()
      this.#busy = false
    }
  }

  /** Lets the shell end by itself and tidy up. In the middle of a batch it is cut off: the running script ends, the next ones never run. */
  async close(): Promise<void> {
    clearInterval(this.#signs)
    this.#cutOff ||= this.#busy
    if (this.#busy || this.ended) return this.#channel.destroy()
    const timer = setTimeout(() => this.#channel.destroy(), CLOSE_TIMEOUT)
    this.#channel.stdin.end()
    await this.#reader.skip().catch(() => {})
    clearTimeout(timer)
  }

  async #receive(
    scripts: readonly Script[],
    lock: LockRequest | undefined,
    onReply: Batch['onReply'],
  ): Promise<Reply[]> {
    const { patience, warn, host } = this.#options
    this.#deadline.allow(patience)
    this.#greeting ??= await this.#greet()
    const times = replyTimes(scripts)
    const waiting = new LockWait(lock, host, warn)
    const replies: Reply[] = []
    const add = (reply: Reply): void => {
      const { code, stdout, stderr } = reply
      const index = replies.push(reply) - 1
      this.#options.trace(`< ${index}: ${code} (${stdout.length} bytes, ${stderr.length} on stderr)`)
      onReply?.(index, reply)
    }
    this.#deadline.allow((times[0] ?? 0) + waiting.ms + patience)
    while (replies.length < scripts.length) {
      const [nonce, what = '', ...words] = (await this.#reader.line(LONGEST_LINE)).split(' ')
      if (nonce !== this.#nonce) throw new NotAReply()
      if (what === 'replies') {
        const left = scripts.slice(replies.length)
        const frame = parseFrame(words, left)
        this.#deadline.allow(patience + frame.bytes / BYTES_PER_MS)
        for await (const reply of readFrame(frame, this.#reader, left)) add(reply)
      } else if (what === 'skipped') add(skippedReply())
      else if (waiting.hears(what, words.join(' '))) continue
      this.#deadline.allow((times[replies.length] ?? 0) + patience)
    }
    if (waiting.refused !== undefined) throw waiting.refused
    if (lock !== undefined) this.#sign()
    return replies
  }

  /** From now on the host hears that we are there, also while nothing is asked of it. */
  #sign(): void {
    this.#signs ??= setInterval(() => {
      if (this.ended) clearInterval(this.#signs)
      else if (!this.#busy && this.#channel.stdin.writable) this.#channel.stdin.write('+\n')
    }, SIGN_EVERY).unref()
  }

  async #greet(): Promise<Greeting> {
    for (let server = this.#server; ;) {
      await this.#reader.skipPast(`\n${this.#nonce} `, MOST_NOISE)
      const [what, ...words] = (await this.#reader.line(LONGEST_LINE)).split(' ')
      const address = words.at(-1)
      if (what !== 'started' && address !== '-') server = address
      if (what === 'hello') return { uid: Number(words[0]), serverAddress: server }
    }
  }

  #lost(cause: unknown): UserError {
    const noise = cause instanceof EndOfStream && this.#greeting === undefined ? cause.rest : ''
    const said = scrub([noise.slice(-1000).trim(), this.#stderr()].filter(Boolean).join('\n'))
    const end = this.#channel.end()
    const early = this.#greeting === undefined && !end.connectionLost
    if (early && end.refused !== undefined) return end.refused
    const { missed } = this.#deadline
    const garbage = cause instanceof NotAReply || cause instanceof TooLong ? cause.message : undefined
    if (early && this.#options.neverStarted !== undefined)
      return this.#options.neverStarted([missed ?? garbage, said].filter(Boolean).join(': '))
    const { host } = this.#options
    const why = [missed ?? garbage ?? end.how, said].filter(Boolean).join(': ')
    return early
      ? new UnreachableError('E_NO_SHELL', `${host} did not start a shell: ${why}`, {
          hint: this.#options.tryIt && `Does \`${this.#options.tryIt}\` work?`,
          cause,
        })
      : new UnreachableError('E_CONNECTION_LOST', `the connection to ${host} was lost: ${why}`, { cause })
  }
}
