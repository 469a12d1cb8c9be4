import { existsSync } from 'node:fs'
import type { AnyAuthMethod, NextAuthHandler, ParsedKey } from 'ssh2'
import { type AgentKey, agentKeys, agentWith, parsedKey, signingAgent } from './agent.ts'
import type { Deadline } from './connect-deadline.ts'
import { type KeyFile, readKeyFile, typeOf, unlockKey } from './key-file.ts'
import type { Passphrases } from './passphrases.ts'
import type { HostSettings } from './config.ts'

/** What to log in with, in the order to try, and what an error message says about it. */
export interface Identities {
  /** Each when its turn comes; undefined when there is nothing to try after all. */
  readonly methods: readonly (() => Promise<AnyAuthMethod | undefined>)[]
  /** `2 of the agent`, `/root/.ssh/id_ed25519`. */
  readonly offered: readonly string[]
  /** `/root/.ssh/deploy does not exist`. */
  readonly troubles: () => readonly string[]
  /** Key files that nobody gave the passphrase of. */
  readonly locked: () => readonly string[]
  /** The methods that the server named last, when it refused one. */
  readonly serverTakes: { methods: readonly string[] }
  /** There is an agent that does not answer. */
  readonly agentIsSilent: boolean
  /** The login is over: no signature of the agent is waited for any more. */
  readonly hangUp: () => void
  /** Why ssh2 cannot do it: a certificate, a security key. */
  readonly openSshFor: string | undefined
}

/** Nothing first, then keys of the agent that IdentityFile names, the agent's others, and the key files, as ssh does. */
export async function identitiesFor(
  settings: HostSettings,
  passphrases: Passphrases,
  deadline: Deadline,
): Promise<Identities> {
  const username = settings.user
  const keys = settings.noKeys === undefined
  const files = keys ? await Promise.all(settings.identityFiles.map(readKeyFile)) : []
  const socket = keys ? settings.identityAgent : undefined
  const share = deadline.share(1 / 3)
  const held = socket === undefined ? [] : ((await agentKeys(socket, share.signal)) ?? [])
  share.stop()
  const inAgent = orderOf(held, files, settings)
  const accepted = inAgent.filter(({ type }) => isAccepted(type, settings))
  const methods: (() => Promise<AnyAuthMethod | undefined>)[] = [
    () => Promise.resolve({ type: 'none', username }),
  ]
  const over = new AbortController()
  const offered: string[] = []
  const locked = new Set<string>()
  const troubles = files
    .filter(({ is, file }) => is === 'unusable' || (is === 'missing' && !isUsual(file, settings)))
    .filter(({ publicKey }) => !isHeld(publicKey, inAgent))
    .map(({ file, trouble }) => `${file} ${trouble}`)
  if (settings.noKeys !== undefined) troubles.push(settings.noKeys)
  if (share.expired) troubles.push(`the agent at ${socket} does not answer`)
  const usable = accepted.map(parsedKey).filter((key): key is ParsedKey => key !== undefined)
  if (socket !== undefined && usable.length > 0) {
    const agent = agentWith(socket, usable, over.signal, (why) =>
      troubles.push(`the agent did not sign: ${why}`),
    )
    methods.push(() => Promise.resolve({ type: 'agent', username, agent }))
    offered.push(`${usable.length} of the agent`)
  }
  for (const one of files) {
    if (isHeld(one.publicKey, inAgent)) continue
    if (one.publicKey !== undefined && !isAccepted(typeOf(one.publicKey), settings)) continue
    const { key } = one
    if (key !== undefined) methods.push(() => Promise.resolve({ type: 'publickey', username, key }))
    else if (one.is === 'locked')
      methods.push(() => lockedMethod(one, username, passphrases, deadline, locked))
    else continue
    if (one.is === 'locked') locked.add(one.file)
    offered.push(one.file)
  }
  return {
    methods,
    offered,
    troubles: () => troubles,
    locked: () => [...locked],
    serverTakes: { methods: [] },
    agentIsSilent: share.expired,
    hangUp: () => over.abort(),
    openSshFor: keys ? whyOpenSsh(settings, files, accepted) : undefined,
  }
}

/** Tries one method after the other as long as the server has any use for them. For ssh2's `authHandler`. */
export function tryInTurn(
  { methods, serverTakes }: Identities,
  failed: (error: unknown) => void,
): (left: readonly string[] | null, partial: boolean | null, next: NextAuthHandler) => void {
  let at = 0
  return (left, _partial, next) => {
    serverTakes.methods = left ?? []
    const turn = async (): Promise<AnyAuthMethod | undefined> => {
      while (at < methods.length) {
        // The server answers `none` with what it takes.
        if (at > 0 && left !== null && left.length > 0 && !left.includes('publickey')) return undefined
        const method = await methods[at++]?.()
        if (method !== undefined) return method
      }
      return undefined
    }
    turn().then(
      (method) => next(method ?? (false as never)),
      (error: unknown) => {
        failed(error)
        next(false as never)
      },
    )
  }
}

/** A key with a passphrase, which is asked for when the server takes the key, or has to be read to know the key at all. */
async function lockedMethod(
  { file, text = Buffer.alloc(0), publicKey }: KeyFile,
  username: string,
  passphrases: Passphrases,
  deadline: Deadline,
  locked: Set<string>,
): Promise<AnyAuthMethod | undefined> {
  const unlock = async (): Promise<ParsedKey | undefined> => {
    const key = await deadline.pauseFor(() =>
      passphrases.unlock(file, (passphrase) => unlockKey(text, passphrase)),
    )
    if (key !== undefined) locked.delete(file)
    return key
  }
  const known = publicKey === undefined ? undefined : parsedKey({ blob: publicKey, type: typeOf(publicKey) })
  if (known === undefined) {
    if (!passphrases.canAsk) return undefined
    const key = await unlock()
    return key === undefined ? undefined : { type: 'publickey', username, key }
  }
  const agent = signingAgent(
    (callback) => callback(undefined, [known]),
    async (_, data, hash) => {
      const signature = (await unlock())?.sign(data, hash)
      if (signature === undefined) throw new Error('no passphrase was given')
      if (signature instanceof Error) throw signature
      return signature
    },
    () => {},
  )
  return { type: 'agent', username, agent }
}

/** The agent's keys in ssh's order; with IdentitiesOnly those that a file names. */
function orderOf(
  held: readonly AgentKey[],
  files: readonly KeyFile[],
  { identitiesOnly }: HostSettings,
): AgentKey[] {
  const named = files.flatMap(({ publicKey }) => held.filter(({ blob }) => publicKey?.equals(blob)))
  const others = identitiesOnly ? [] : held.filter((key) => !named.includes(key))
  return [...new Set([...named, ...others])]
}

const isHeld = (publicKey: Buffer | undefined, held: readonly AgentKey[]): boolean =>
  publicKey !== undefined && held.some(({ blob }) => blob.equals(publicKey))

const isUsual = (file: string, { usualIdentities }: HostSettings): boolean => usualIdentities.includes(file)

/** Whether PubkeyAcceptedAlgorithms has an algorithm for a type of key. */
function isAccepted(type: string, { acceptedKeys }: HostSettings): boolean {
  if (acceptedKeys === undefined) return true
  if (type === 'ssh-rsa') return acceptedKeys.some((name) => /^(rsa-sha2-(256|512)|ssh-rsa)$/.test(name))
  return acceptedKeys.includes(type)
}

/** What only OpenSSH's own client can log in with. */
function whyOpenSsh(
  settings: HostSettings,
  files: readonly KeyFile[],
  agent: readonly AgentKey[],
): string | undefined {
  const certificate = [...settings.certificateFiles, ...files.map(({ file }) => `${file}-cert.pub`)].find(
    (file) => existsSync(file),
  )
  if (certificate !== undefined) return `${certificate} is a certificate`
  const hardware = files.find(({ is }) => is === 'security key')
  if (hardware !== undefined) return `${hardware.file} is of a security key`
  const special = agent.find((key) => parsedKey(key) === undefined || key.type.includes('-cert-'))
  return special === undefined ? undefined : `the agent has a key of type ${special.type}`
}
