import { readFile } from 'node:fs/promises'
import ssh2, { type AnyAuthMethod, type BaseAgent, type ParsedKey } from 'ssh2'
import type { HostSettings } from './ssh-config.ts'

/** What to log in with, in the order to try, and what an error message says about it. */
export interface Identities {
  readonly methods: readonly AnyAuthMethod[]
  /** `2 of the agent`, `/root/.ssh/id_ed25519`. */
  readonly offered: readonly string[]
  /** Key files that need a passphrase. Only an agent can use them. */
  readonly encrypted: readonly string[]
}

/** Agent first, as ssh does; then the key files that can be read without a passphrase. */
export async function identitiesFor(settings: HostSettings): Promise<Identities> {
  const username = settings.user
  const files = await Promise.all(settings.identityFiles.map(readIdentity))
  const agent = settings.identityAgent === undefined ? undefined : await openAgent(settings.identityAgent)
  const wanted = agent?.keys.filter(
    (key) => !settings.identitiesOnly || files.some((file) => file.publicKey?.equals(key.getPublicSSH())),
  )
  const methods: AnyAuthMethod[] = []
  const offered: string[] = []
  if (agent !== undefined && wanted !== undefined && wanted.length > 0) {
    methods.push({ type: 'agent', username, agent: withKeys(agent.agent, wanted) })
    offered.push(`${wanted.length} of the agent`)
  }
  for (const { file, key } of files) {
    if (key === undefined || wanted?.some((held) => held.getPublicSSH().equals(key.getPublicSSH()))) continue
    methods.push({ type: 'publickey', username, key })
    offered.push(file)
  }
  return { methods, offered, encrypted: files.filter(({ locked }) => locked).map(({ file }) => file) }
}

/** `undefined` when nobody answers: ssh2 would report that as an error although a key file may still work. */
async function openAgent(socket: string): Promise<{ agent: BaseAgent; keys: ParsedKey[] } | undefined> {
  const agent = ssh2.createAgent(socket)
  return new Promise((resolve) => {
    agent.getIdentities((error, keys = []) => {
      if (error) return resolve(undefined)
      const parsed = keys.map((key) => ssh2.utils.parseKey(key as never) as ParsedKey | Error)
      resolve({ agent, keys: parsed.filter((key): key is ParsedKey => !(key instanceof Error)) })
    })
  })
}

/** The same agent with some of its keys: the others would use up the server's MaxAuthTries. */
function withKeys(agent: BaseAgent, keys: ParsedKey[]): BaseAgent {
  const getIdentities: BaseAgent['getIdentities'] = (callback) => callback(undefined, keys)
  return Object.assign(Object.create(agent) as BaseAgent, { getIdentities })
}

interface Identity {
  readonly file: string
  readonly key?: ParsedKey | undefined
  /** In SSH's encoding. From FILE.pub for a key that is locked. */
  readonly publicKey?: Buffer | undefined
  readonly locked?: boolean | undefined
}

async function readIdentity(file: string): Promise<Identity> {
  const text = await readFile(file).catch(() => undefined)
  const publicText = await readFile(`${file}.pub`).catch(() => undefined)
  const publicKey = parse(publicText)?.getPublicSSH()
  if (text === undefined) return { file, publicKey }
  const key = parse(text)
  if (key === undefined) return { file, publicKey, locked: true }
  // IdentityFile may name a public key whose private half is in the agent.
  return key.isPrivateKey()
    ? { file, key, publicKey: key.getPublicSSH() }
    : { file, publicKey: key.getPublicSSH() }
}

function parse(text: Buffer | undefined): ParsedKey | undefined {
  if (text === undefined) return undefined
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  return key === undefined || key instanceof Error ? undefined : key
}
