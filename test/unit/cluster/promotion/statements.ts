import { signed } from '../../../../lib/cluster/status/statement.ts'
import { signature, signingPrivateKey, signingPublicKey } from '../../../../lib/secrets/signing.ts'

export const key = signingPrivateKey()
export const publicKey = signingPublicKey(key) ?? ''

/** What signs with these keys. */
export const by =
  (...keys: string[]) =>
  (text: string) =>
    keys.map((one) => signature(text, one) ?? '')
/** The node 10.88.0.12 was promoted to timeline 6. */
export const b = { systemIdentifier: '7001', timeline: 6, address: '10.88.0.12' }
export const good = signed(b, by(key))
const signatureOf = (statement: string): string => statement.split(' ')[3] ?? ''

/** What would close a primary on timeline 5 if it counted. */
export const worthless: Readonly<Record<string, string>> = {
  nothing: '',
  'a forged one': signed(b, by(signingPrivateKey())),
  'one without its signature': '7001 6 10.88.0.12',
  'the signature of another statement': `7001 7 10.88.0.12 ${signatureOf(good)}`,
  'one for another node': `7001 6 10.88.0.13 ${signatureOf(good)}`,
  'an old one': signed({ ...b, timeline: 5 }, by(key)),
  "another cluster's": signed({ ...b, systemIdentifier: '7002' }, by(key)),
  "another cluster's with our name on it": `7001 6 10.88.0.12 ${signatureOf(signed({ ...b, systemIdentifier: '7002' }, by(key)))}`,
  'one about this node itself': signed({ ...b, address: '10.88.0.11' }, by(key)),
  'one with a command in it': `7001 6$(>pwned) 10.88.0.12 ${signatureOf(good)}`,
  'one with a number that is none': `7001 06 10.88.0.12 ${signatureOf(good)}`,
  'a signature that is cut off': good.slice(0, -3),
  'an error of PostgreSQL': 'ERROR:  unrecognized configuration parameter "run_playbook.promotion"',
}
