import { basename, dirname, posix } from 'node:path'
import { UserError } from '../../../core/errors.ts'

/** What is fetched, and where to, as the task says it. */
export interface Target {
  /** On the host. */
  readonly src: string
  /** On this machine, absolute. */
  readonly dest: string
  readonly flat: boolean
  /** `dest` ends with a slash. */
  readonly into: boolean
}

/** A file on this machine: a directory of the operator, and the names below it. */
export interface Place {
  readonly root: string
  readonly folders: readonly string[]
  readonly name: string
}

/** The directory of the operator. What lies below it is not theirs to name, for hosts may have named it. */
export const rootOf = ({ dest, flat, into }: Target): string => (flat && !into ? dirname(dest) : dest)

/**
 * Where the file of a host goes.
 * @throws UserError E_UNSAFE_PATH when it would be somewhere else
 */
export function placeOf(host: string, target: Target): Place {
  const { src, dest, flat, into } = target
  const root = rootOf(target)
  if (flat) return checked({ root, folders: [], name: into ? posix.basename(src) : basename(dest) })
  const parts = [host, ...src.split('/').filter((part) => part !== '')]
  return checked({ root, folders: parts.slice(0, -1), name: parts.at(-1) ?? '' })
}

function checked(place: Place): Place {
  const wrong = [...place.folders, place.name].find(
    (one) => one === '.' || one === '..' || /^$|[/\0]/.test(one),
  )
  if (wrong === undefined) return place
  throw new UserError(
    'E_UNSAFE_PATH',
    `${JSON.stringify(wrong)} cannot be the name of a file on your machine`,
    {
      hint: 'Set flat: true, and dest to a path for this host.',
    },
  )
}
