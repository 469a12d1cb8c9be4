import { createPublicKey, verify } from 'node:crypto'

/** What the operator signs: in this cluster, this node was promoted to this timeline. */
export interface Statement {
  readonly systemIdentifier: string
  readonly timeline: number
  /** Overlay address of the node. */
  readonly address: string
}

/** What is signed, to the byte. `_is_signed` in docker/postgres/lib/signed.sh has the same words. */
const words = ({ systemIdentifier, timeline, address }: Statement): string =>
  `run-playbook promotion ${systemIdentifier} ${timeline} ${address}`

/**
 * A statement as the nodes hand it on, in the setting `run_playbook.promotion`: what it says, and its signatures.
 *
 * @example
 * signed({ systemIdentifier: '7001', timeline: 6, address: '10.88.0.12' }, key.sign) // '7001 6 10.88.0.12 qkT1…'
 */
export function signed(statement: Statement, sign: (text: string) => readonly string[]): string {
  const { systemIdentifier, timeline, address } = statement
  return [systemIdentifier, timeline, address, ...sign(words(statement))].join(' ')
}

// An Ed25519 signature has 64 bytes. A key that was rotated often has five before it.
const FORM = /^(\d{1,20}) ([1-9]\d{0,9}) ([\da-f.:]{2,45})((?: [\w+/]{86}==){1,6})$/

/**
 * What a node hands on, if the operator has signed it.
 * @param publicKey in PEM
 * @returns undefined for what is no statement, and for one that somebody else made or changed
 */
export function signedStatement(text: string | null, publicKey: string): Statement | undefined {
  const [, systemIdentifier = '', timeline, address = '', signatures = ''] = FORM.exec(text ?? '') ?? []
  if (timeline === undefined) return undefined
  const statement = { systemIdentifier, timeline: Number(timeline), address }
  const key = createPublicKey(publicKey)
  const holds = (one: string) => verify(null, Buffer.from(words(statement)), key, Buffer.from(one, 'base64'))
  return signatures.trim().split(' ').some(holds) ? statement : undefined
}
