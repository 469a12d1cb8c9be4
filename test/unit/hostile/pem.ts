import { makeAuthority } from '../../../lib/secrets/certificate.ts'

/** A private key and its certificate, as they lie on a node. */
export const BUNDLE = makeAuthority('run-playbook hostile', new Date())
