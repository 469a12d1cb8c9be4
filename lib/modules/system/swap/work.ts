import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { bytes } from '../../shared/byte-size.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import type { SwapValues } from './args.ts'
import type { SwapState } from './state.ts'

/** What has to be done with the file and the kernel. */
export interface SwapWork {
  /** Turn it off first. */
  readonly off: boolean
  readonly remove: boolean
  readonly make: boolean
  /** Only root may read what was in the memory of programs. */
  readonly protect: boolean
  readonly on: boolean
  readonly changes: readonly Change[]
}

const NOTHING: SwapWork = { off: false, remove: false, make: false, protect: false, on: false, changes: [] }

/** @throws UserError where the file holds something else */
export function workOf(given: SwapValues, { here, area }: SwapState): SwapWork {
  const { path, size = 0, priority, state = 'present' } = given
  assertRegular(path, here)
  const exists = here.type === 'file'
  if (exists && !area.signed)
    throw new UserError('E_NOT_SWAP', `${path} is a file, but no swap`, {
      hint: 'It may be data of somebody. Remove it yourself, or choose another path.',
    })
  const isActive = { what: 'state', from: area.active ? 'active' : 'inactive' }
  if (state === 'absent') {
    if (!exists && !area.active) return NOTHING
    const off = area.active ? [{ ...isActive, to: 'inactive' }] : []
    const removed = exists ? [{ what: 'file', from: 'present', to: 'absent' }] : []
    return { ...NOTHING, off: area.active, remove: exists, changes: [...off, ...removed] }
  }
  const wanted = bytes(size)
  const make = !exists || here.size !== wanted
  const protect = !make && (here.mode !== '0600' || here.uid !== 0 || here.gid !== 0)
  const moved = priority !== undefined && area.active && area.priority !== priority
  return {
    off: area.active && (make || moved),
    remove: false,
    make,
    protect,
    on: make || moved || !area.active,
    changes: [
      ...(make ? [{ what: 'size', from: exists ? here.size : 'absent', to: wanted }] : []),
      ...(protect
        ? [{ what: 'access', from: `${here.mode} ${here.owner}:${here.group}`, to: '0600 root:root' }]
        : []),
      ...(area.active ? [] : [{ ...isActive, to: 'active' }]),
      ...(moved ? [{ what: 'priority', from: area.priority, to: priority }] : []),
    ],
  }
}
