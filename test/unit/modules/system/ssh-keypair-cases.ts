import type { SshKeypairArgs } from '../../../../lib/modules/index.ts'

/** What a file holds: a part of a pair that `ssh-keygen` made, or something else. */
export type Holds =
  | 'ed25519'
  | 'another ed25519'
  | 'rsa'
  | 'rsa of PEM'
  | 'with a passphrase'
  | 'with a passphrase, of PEM'
  | 'cut off'
  | 'empty'
  | 'zero bytes'
  | 'notes'

/**
 * - `made`: a new key of the type and size that is asked for
 * - `kept`: both files stay as they are
 * - `mended`: the private key stays, and the public one is made from it
 * - `gone`: neither is there
 * - `failed`: both stay, and the task fails
 */
type Outcome = 'made' | 'kept' | 'mended' | 'gone' | 'failed'

export interface Case {
  readonly secret?: Holds
  readonly open?: Holds
  readonly args?: Partial<SshKeypairArgs>
  readonly is: Outcome
  /** With which code it fails. */
  readonly code?: string
  /** What openssh_keypair does instead. @default the same */
  readonly ansible?: Outcome | undefined
}

const ED = { type: 'ed25519' } as const
const RSA = { type: 'rsa', size: 1024 } as const
const whole = { secret: 'ed25519', open: 'ed25519' } as const

/** Behaviours of Ansible's `openssh_keypair`, in our words. All were compared with community.crypto 3.3.0. */
export const CASES: Readonly<Record<string, Case>> = {
  'no files': { args: ED, is: 'made' },
  'no files, with an elliptic curve': { args: { type: 'ecdsa', size: 521 }, is: 'made' },
  'no files, never': { args: { ...ED, regenerate: 'never' }, is: 'made' },
  'no files, fail': { args: { ...ED, regenerate: 'fail' }, is: 'made' },
  'a public key alone': { open: 'ed25519', args: ED, is: 'made' },
  'the pair that is wanted': { ...whole, args: ED, is: 'kept' },
  'the pair that is wanted, of PEM': { secret: 'rsa of PEM', open: 'rsa of PEM', args: RSA, is: 'kept' },
  'the pair that is wanted, always': { ...whole, args: { ...ED, regenerate: 'always' }, is: 'made' },
  'another type': { ...whole, args: RSA, is: 'made' },
  'another size': { secret: 'rsa', open: 'rsa', args: { type: 'rsa', size: 1032 }, is: 'made' },
  'another type, full': { ...whole, args: { ...RSA, regenerate: 'fullIdempotence' }, is: 'made' },
  'another type, never': { ...whole, args: { ...RSA, regenerate: 'never' }, is: 'kept' },
  'another type, fail': {
    ...whole,
    args: { ...RSA, regenerate: 'fail' },
    is: 'failed',
    code: 'E_OTHER_SSH_KEY',
  },
  'the type that is wanted, fail': { ...whole, args: { ...ED, regenerate: 'fail' }, is: 'kept' },
  'no public key': { secret: 'ed25519', args: ED, is: 'mended' },
  'no public key, never': { secret: 'ed25519', args: { ...ED, regenerate: 'never' }, is: 'mended' },
  'the public key of another': { secret: 'ed25519', open: 'another ed25519', args: ED, is: 'mended' },
  'a public key that is cut off': { secret: 'ed25519', open: 'cut off', args: ED, is: 'mended' },
  'an empty public key': { secret: 'ed25519', open: 'empty', args: ED, is: 'mended' },
  'a public key of zero bytes': { secret: 'ed25519', open: 'zero bytes', args: ED, is: 'mended' },
  // Ansible writes the comment into the private key too, in its place.
  'another comment': { ...whole, args: { ...ED, comment: 'new one' }, is: 'mended', ansible: 'made' },
  'no comment': { ...whole, args: { ...ED, comment: '' }, is: 'mended' },
  'a comment that is there': { ...whole, args: { ...ED, comment: 'of ed25519' }, is: 'kept' },
  // Its page says that this one is replaced.
  ...unreadable('a key with a passphrase', 'with a passphrase', 'failed'),
  ...unreadable('a key with a passphrase, of PEM', 'with a passphrase, of PEM'),
  ...unreadable('a key that is cut off', 'cut off'),
  ...unreadable('an empty file', 'empty'),
  ...unreadable('a file of zero bytes', 'zero bytes'),
  'a file that is no key': {
    secret: 'notes',
    args: ED,
    is: 'failed',
    code: 'E_NO_SSH_KEY',
  },
  'a file that is no key, full': {
    secret: 'notes',
    args: { ...ED, regenerate: 'fullIdempotence' },
    is: 'failed',
    code: 'E_NO_SSH_KEY',
    ansible: 'made',
  },
  'a file that is no key, always': {
    secret: 'notes',
    args: { ...ED, regenerate: 'always' },
    is: 'failed',
    code: 'E_NO_SSH_KEY',
    ansible: 'made',
  },
  'a file that is no key in the place of the public one': {
    secret: 'ed25519',
    open: 'notes',
    args: ED,
    is: 'failed',
    code: 'E_NO_SSH_KEY',
    ansible: 'mended',
  },
  'no files, absent': { args: { state: 'absent' }, is: 'kept' },
  'a pair, absent': { ...whole, args: { state: 'absent' }, is: 'gone' },
  'a private key alone, absent': { secret: 'rsa', args: { state: 'absent' }, is: 'gone' },
  'a public key alone, absent': { open: 'rsa', args: { state: 'absent' }, is: 'gone' },
  'a key with a passphrase, absent': {
    secret: 'with a passphrase',
    args: { state: 'absent' },
    is: 'gone',
  },
  'a key that is cut off, absent': { secret: 'cut off', args: { state: 'absent' }, is: 'gone' },
  'a file that is no key, absent': {
    secret: 'notes',
    args: { state: 'absent' },
    is: 'failed',
    code: 'E_NO_SSH_KEY',
    ansible: 'gone',
  },
  'a public key that is no key, absent': {
    ...whole,
    open: 'notes',
    args: { state: 'absent' },
    is: 'failed',
    code: 'E_NO_SSH_KEY',
    ansible: 'gone',
  },
}

function unreadable(what: string, secret: Holds, ansible?: Outcome): Record<string, Case> {
  const refused = { secret, is: 'failed', code: 'E_UNREADABLE_SSH_KEY' } as const
  return {
    [what]: { ...refused, args: ED },
    [`${what}, never`]: { ...refused, args: { ...ED, regenerate: 'never' } },
    [`${what}, fail`]: { ...refused, args: { ...ED, regenerate: 'fail' } },
    [`${what}, full`]: { secret, args: { ...ED, regenerate: 'fullIdempotence' }, is: 'made', ansible },
    [`${what}, always`]: { secret, args: { ...ED, regenerate: 'always' }, is: 'made' },
  }
}
