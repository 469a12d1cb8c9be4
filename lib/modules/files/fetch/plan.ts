import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { predict } from '../../../core/probe.ts'
import { sameAccounts } from '../../shared/access.ts'
import { assertSafe, sameFolders } from '../../shared/safe-path.ts'
import { sha256 } from '../../shared/sha256.ts'
import { stat } from '../../shared/stat.ts'
import type { Fetch } from './args.ts'
import { localCopy } from './reader.ts'
import type { FetchState } from './state.ts'
import { rootOf } from './target.ts'

/** Bytes. */
export const LARGEST = 100 * 1024 * 1024

export function planFetch(given: Fetch, state: FetchState): Plan {
  const { src, target, failOnMissing = true } = given
  const { local, srcChecksum, above, access } = state
  const { type } = state.src
  if (!failOnMissing && (type === 'absent' || type === 'directory'))
    return { changes: [], because: `${src} ${type === 'absent' ? 'does not exist' : 'is a directory'}` }
  assertSource(given, state)
  assertPlace(given, state)
  if (srcChecksum === undefined)
    throw new UserError('E_OTHER_KIND', `${src} was replaced while it was looked at`, {
      hint: 'Run it again.',
    })
  if (local.sha256 === srcChecksum) return { changes: [], because: `${local.path} is the same` }
  assertSafe(src, above, access, 'read')
  return {
    changes: [
      { what: local.path, from: local.sha256?.slice(0, 12) ?? 'absent', to: srcChecksum.slice(0, 12) },
    ],
    leaves: [
      predict(localCopy, rootOf(target), { path: local.path, type: 'file', sha256: srcChecksum }, target),
      predict(stat, src, state.src),
      predict(sha256, src, srcChecksum),
      ...sameFolders(above),
      ...sameAccounts(access),
    ],
  }
}

function assertSource({ src, maxBytes = LARGEST }: Fetch, { src: here }: FetchState): void {
  const { type, target, size = 0 } = here
  if (type === 'absent')
    throw new UserError('E_NO_FILE', `${src} does not exist on the host`, {
      hint: 'Create it in an earlier task, or set failOnMissing: false.',
    })
  if (type === 'link')
    throw new UserError('E_OTHER_KIND', `${src} is a link to ${target}`, {
      hint: 'Use the path of its target.',
    })
  if (type !== 'file')
    throw new UserError(
      'E_OTHER_KIND',
      `${src} is not a regular file${type === 'directory' ? ', but a directory' : ''}`,
      {
        hint: type === 'directory' ? 'Use find, and fetch each file that it finds.' : undefined,
      },
    )
  if (size > maxBytes)
    throw new UserError('E_TOO_LARGE', `${src} has ${size} bytes, more than ${maxBytes}`, {
      hint: 'Raise maxBytes, or compress the file on the host first.',
    })
}

function assertPlace({ target: { flat, into } }: Fetch, { local: { path, type } }: FetchState): void {
  if (type === 'file' || type === 'absent') return
  const what = type === 'other' ? 'not a regular file' : `a ${type}`
  throw new UserError('E_OTHER_KIND', `${path} on your machine is ${what}`, {
    hint:
      type === 'directory' && flat && !into
        ? `Set dest to '${path}/' to write into the directory.`
        : 'Remove it, or choose another dest.',
  })
}
