import { connect } from 'node:net'
import ssh2, {
  type BaseAgent,
  type GetStreamCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import { onAbort } from '../../core/on-abort.ts'
import { WireReader } from './wire.ts'

/** A key that an agent holds. */
export interface AgentKey {
  /** In SSH's encoding. */
  readonly blob: Buffer
  /** Such as `ssh-ed25519`, `sk-ssh-ed25519@openssh.com`. */
  readonly type: string
}

/**
 * The keys of an agent in its order, with those that ssh2 hides because it cannot use them.
 * @returns undefined when nobody answers
 */
export async function agentKeys(socket: string, signal: AbortSignal): Promise<AgentKey[] | undefined> {
  const answer = await request(socket, signal)
  if (answer?.[0] !== IDENTITIES_ANSWER) return undefined
  try {
    const reader = new WireReader(answer.subarray(1))
    return Array.from({ length: reader.uint32() }, () => {
      const blob = Buffer.from(reader.string())
      reader.string()
      return { blob, type: new WireReader(blob).string().toString('latin1') }
    })
  } catch {
    return undefined
  }
}

/** As ssh2 takes it; undefined for a type that it does not know. */
export function parsedKey({ blob, type }: AgentKey): ParsedKey | undefined {
  const parsed: ParsedKey | Error = ssh2.utils.parseKey(`${type} ${blob.toString('base64')}`)
  return parsed instanceof Error ? undefined : parsed
}

/**
 * The same agent with some of its keys: the others would use up the server's MaxAuthTries. A key that it does not sign
 * with, because the operator said no, is passed over as ssh does.
 *
 * @param over aborts when nobody waits for a signature any more: one that asks somebody may never answer
 * @param refused called with the reason
 */
export function agentWith(
  socket: string,
  keys: ParsedKey[],
  over: AbortSignal,
  refused: (why: string) => void,
): BaseAgent {
  const agent = new (class extends ssh2.OpenSSHAgent {
    override getStream(callback: GetStreamCallback): void {
      super.getStream((error, stream) => {
        if (stream !== undefined) onAbort(over, () => stream.destroy())
        callback(error, stream)
      })
    }
  })(socket)
  const getIdentities: BaseAgent['getIdentities'] = (callback) => callback(undefined, keys)
  return signingAgent(
    getIdentities,
    (key, data, hash) => {
      return new Promise((resolve, reject) => {
        agent.sign(key, data, hash === undefined ? {} : { hash }, (error, signature) => {
          if (signature === undefined) reject(error ?? new Error('the agent gave no signature'))
          else resolve(signature)
        })
      })
    },
    refused,
  )
}

export type Sign = (key: ParsedKey, data: Buffer, hash: Hash) => Promise<Buffer>
export type Hash = SigningRequestOptions['hash']

/** An agent for ssh2. A signature that does not come about is a wrong one: ssh2 would give up instead of going on. */
export function signingAgent(
  getIdentities: BaseAgent['getIdentities'],
  sign: Sign,
  refused: (why: string) => void,
): BaseAgent {
  // ssh2 calls it with all four arguments.
  const signWith = (
    key: AnyKey,
    data: Buffer,
    options: SigningRequestOptions,
    answer: SignCallback,
  ): void => {
    sign(key as ParsedKey, data, options.hash).then(
      (signature) => answer(undefined, signature),
      (error: Error) => {
        refused(error.message)
        answer(undefined, Buffer.alloc(64))
      },
    )
  }
  return new (class extends ssh2.BaseAgent {
    override getIdentities = getIdentities
    override sign = signWith as BaseAgent['sign']
  })()
}

type AnyKey = string | Buffer | ParsedKey

/** SSH_AGENTC_REQUEST_IDENTITIES and its answer, of draft-miller-ssh-agent. */
const REQUEST_IDENTITIES = Buffer.from([0, 0, 0, 1, 11])
const IDENTITIES_ANSWER = 12

/** As much as ssh reads of an agent. */
const MOST = 256 * 1024

function request(socket: string, signal: AbortSignal): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined)
    let received = Buffer.alloc(0)
    const agent = connect(socket)
    const done = (answer: Buffer | undefined): void => {
      forget()
      agent.destroy()
      resolve(answer)
    }
    const forget = onAbort(signal, () => done(undefined))
    agent.on('error', () => done(undefined))
    agent.on('end', () => done(undefined))
    agent.on('connect', () => agent.write(REQUEST_IDENTITIES))
    agent.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const length = received.length < 4 ? Infinity : received.readUInt32BE(0)
      if (received.length > MOST) done(undefined)
      else if (received.length >= 4 + length) done(received.subarray(4, 4 + length))
    })
  })
}
