import { UserError } from '../../../core/errors.ts'
import { linesOf, withLines } from '../../shared/edit-lines.ts'
import type { KeyLine } from '../authorized-key/key.ts'
import type { WantedHost } from './args.ts'
import { type HostLine, hostLine, isOf, isSame, isWritten, parseHostLine, without } from './line.ts'

/** The text of a `known_hosts` file with the keys of the name in it, or without them. Other lines stay byte for byte. */
export function editHosts(text: string, wanted: WantedHost): string {
  const lines = linesOf(text)
  if (wanted.state === 'absent') return withLines(text, removed(lines, wanted))
  return withLines(
    text,
    wanted.keys.reduce<readonly string[]>((found, key) => withKey(found, key, wanted), lines),
  )
}

const ofName = (line: string, name: string): HostLine | undefined => {
  const is = parseHostLine(line)
  return is !== undefined && isOf(name, is) ? is : undefined
}

function removed(lines: readonly string[], { name, keys }: WantedHost): readonly string[] {
  return lines.flatMap((line) => {
    const is = ofName(line, name)
    if (is === undefined || (keys.length > 0 && !keys.some((key) => isSame(is, key)))) return [line]
    return without(name, is) ?? []
  })
}

function withKey(lines: readonly string[], key: KeyLine, wanted: WantedHost): readonly string[] {
  const { name, hashed, replace = false } = wanted
  let there = false
  // A line for the place of the first that goes.
  const written = (): readonly string[] => {
    if (there) return []
    there = true
    return [hostLine(name, key, hashed ?? false)]
  }
  const kept = lines.some((line) => {
    const is = ofName(line, name)
    return is !== undefined && isSame(is, key) && isWritten(hashed, is)
  })
  there = kept
  const changed = lines.flatMap((line) => {
    const is = ofName(line, name)
    if (is === undefined || is.key.type !== key.type) return [line]
    if (isSame(is, key) && isWritten(hashed, is)) return [line]
    if (!isSame(is, key) && !replace) throw otherKey(wanted, is)
    const others = without(name, is)
    return [...(others === undefined ? [] : [others]), ...written()]
  })
  return [...changed, ...written()]
}

const otherKey = ({ name }: WantedHost, { key }: HostLine): UserError =>
  new UserError('E_OTHER_HOST_KEY', `${name} is known by another key of the type ${key.type}`, {
    hint: 'Find out why: compare with the key on the server itself. If its key was changed, set replace: true.',
  })
