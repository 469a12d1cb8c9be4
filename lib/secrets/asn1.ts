import { createRequire } from 'node:module'

type Asn1 = typeof import('@peculiar/asn1-schema') & typeof import('@peculiar/asn1-x509')

const require = createRequire(import.meta.url)
let loaded: Asn1 | undefined

/**
 * The packages that read and write certificates, loaded with the first one: they have 82 files, and most runs have no certificate.
 * At once, without a promise: a role asks for its certificate while it makes its tasks.
 */
export const asn1 = (): Asn1 =>
  (loaded ??= { ...require('@peculiar/asn1-schema'), ...require('@peculiar/asn1-x509') })
