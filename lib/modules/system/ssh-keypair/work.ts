import { UserError } from '../../../core/errors.ts'
import type { Install, InstallState } from '../../shared/install.ts'
import { type Payload, contentPayload } from '../../shared/payload.ts'
import { isSameKey } from '../authorized-key/key.ts'
import { type SshKeypairArgs, publicPath, wantedKey } from './args.ts'
import { describeKey, textOf } from './public-key.ts'
import type { SshKeyFiles } from './reader.ts'
import type { SshKeypairState } from './state.ts'

/** Whether a new key is made; the other two are how the files are to be, without what a new key brings. */
export interface KeypairWork {
  readonly generates: boolean
  readonly secret: Install
  readonly open: Install
}

/** @throws UserError for what must not be replaced */
export function workOf(given: SshKeypairArgs, state: SshKeypairState): KeypairWork {
  const { path, mode, owner, group } = given
  const { secretFile, openFile } = state
  const generates = mustGenerate(given, state)
  const text = generates ? undefined : openText(given, state.files)
  const kept = ({ here, sha256 = '' }: InstallState): Payload => ({
    ...contentPayload(''),
    text: undefined,
    size: here.size ?? 0,
    sha256,
  })
  return {
    generates,
    secret: {
      dest: path,
      mode,
      owner,
      group,
      payload: { ...kept(secretFile), secret: true, ...(generates && { sha256: '' }) },
    },
    open: {
      dest: publicPath(given),
      owner,
      group,
      payload: text === undefined ? kept(openFile) : contentPayload(text),
    },
  }
}

/** What `.pub` is to hold; undefined where it is right. */
function openText({ comment }: SshKeypairArgs, { key, shown }: SshKeyFiles): string | undefined {
  if (key === undefined) return undefined
  const right = shown !== undefined && isSameKey(shown, key)
  if (right && (comment === undefined || comment === shown.comment)) return undefined
  return `${textOf(key.type, key.blob, comment ?? key.comment)}\n`
}

function mustGenerate(given: SshKeypairArgs, { path, files }: SshKeypairState): boolean {
  const { regenerate = 'partialIdempotence' } = given
  assertOurs(path, files)
  if (!files.tool)
    throw new UserError('E_NO_SSH_KEYGEN', 'the host has no ssh-keygen', {
      hint: "Install it in an earlier task: packages('ssh-keygen', { names: ['openssh-client'] }).",
    })
  if (files.secret === 'absent' || regenerate === 'always') return true
  if (files.key === undefined) {
    if (regenerate === 'fullIdempotence') return true
    throw unreadable(path, files)
  }
  const [is, wanted] = [describeKey(files.key), wantedKey(given)]
  if (regenerate === 'never' || (is.type === wanted.type && is.size === wanted.size)) return false
  if (regenerate !== 'fail') return true
  throw new UserError(
    'E_OTHER_SSH_KEY',
    `${path} is a key of the type ${is.type} with ${is.size} bits, not ${wanted.type} with ${wanted.size}`,
    { hint: 'Correct type and size, or have it replaced: regenerate: partialIdempotence.' },
  )
}

/** @throws UserError where one of the files is something else than a key: it is never overwritten or removed */
export function assertOurs(path: string, { secret, open }: SshKeyFiles): void {
  const wrong =
    secret === 'other'
      ? ([path, 'private'] as const)
      : open === 'other'
        ? ([`${path}.pub`, 'public'] as const)
        : undefined
  if (wrong === undefined) return
  const [file, kind] = wrong
  throw new UserError('E_NO_SSH_KEY', `${file} is a file, but no ${kind} key of OpenSSH`, {
    hint: 'It may be data of somebody. Remove it yourself, or choose another path.',
  })
}

function unreadable(path: string, { secret, why = '' }: SshKeyFiles): UserError {
  if (secret === 'closed')
    return new UserError('E_UNREADABLE_SSH_KEY', `${path} has a passphrase, so the key cannot be compared`, {
      hint: 'Take the passphrase away with ssh-keygen -p, or have the key replaced: regenerate: fullIdempotence.',
    })
  return new UserError(
    'E_UNREADABLE_SSH_KEY',
    `${path} is damaged: ${why.slice(0, 200) || 'ssh-keygen cannot read it'}`,
    {
      hint: 'Restore it from a backup, or have it replaced: regenerate: fullIdempotence.',
    },
  )
}

/** For changes: `rsa 2048`. */
export function described({ secret, key }: SshKeyFiles): string {
  if (key !== undefined) {
    const { type, size } = describeKey(key)
    return `${type} ${size}`
  }
  if (secret === 'absent') return 'absent'
  return secret === 'closed' ? 'key with a passphrase' : secret === 'damaged' ? 'damaged key' : 'key'
}
