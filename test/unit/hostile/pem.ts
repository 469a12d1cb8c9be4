import { generateKeyPairSync } from 'node:crypto'
import { type Bundle, makeAuthority, makeLeaf, parseBundle } from '../../../lib/secrets/certificate.ts'

const text = makeAuthority('run-playbook hostile', new Date())

export const AUTHORITY = parseBundle(text) as Bundle
export const HOLDER = { commonName: 'node-a', addresses: ['10.88.0.11', 'fd00::11'], names: ['a.example'] }

/** A private key and its certificate, as they lie on a node. */
export const BUNDLE = makeLeaf(AUTHORITY, HOLDER, new Date())

/** The certificate, a byte a character. */
export const DER = (parseBundle(BUNDLE) as Bundle).certificate.raw.toString('latin1')

export const pemOf = (bytes: string): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes, 'latin1').toString('base64')}\n-----END CERTIFICATE-----\n`

export const SIGNING_KEY = generateKeyPairSync('ed25519')
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
