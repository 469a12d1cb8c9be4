import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { sameAccounts } from '../../shared/access.ts'
import { sameFolders } from '../../shared/safe-path.ts'
import { stat } from '../../shared/stat.ts'
import type { Npm } from './args.ts'
import { assertPossible, hostCannotAsk } from './assert-possible.ts'
import { type NpmInstalled, type NpmPackage, foundKey, npmFound } from './reader.ts'
import { type NpmOffer, npmOffered, offeredKey } from './registry.ts'
import type { NpmState } from './state.ts'

export function planNpm(given: Npm, state: NpmState): Plan {
  assertPossible(given, state)
  const { found } = state
  if (found.kind === 'package') return planPackage(given, state, found)
  return found.kind === 'folder' ? planFolder(given, state, found) : { changes: [], because: 'not there' }
}

function planPackage(given: Npm, state: NpmState, found: Extract<NpmInstalled, { kind: 'package' }>): Plan {
  const { one } = found
  const { name = '', version } = given
  if (given.state === 'absent') {
    if (one.is === 'absent') return { changes: [], because: `${name} is not there` }
    const gone = leaves(given, state, { ...found, one: { version: undefined, is: 'absent' } })
    return { changes: [{ what: name, from: shown(one), to: 'absent' }], leaves: gone }
  }
  const offered = offeredVersion(given, state.offered)
  const wanted = version ?? (given.state === 'latest' ? offered : undefined)
  if (one.is === 'as asked for' && (wanted === undefined || one.version === wanted))
    return { changes: [], because: `${name} ${one.version} is there` }
  const to = wanted ?? offered ?? 'present'
  // Where global packages are is not known before the first of them.
  const isCertain = to !== 'present' && (given.global !== true || found.root !== undefined)
  const then: NpmInstalled | undefined = !isCertain
    ? undefined
    : { ...found, one: { version: to, is: 'as asked for' } }
  return { changes: [{ what: name, from: shown(one), to }], leaves: leaves(given, state, then) }
}

const shown = ({ version, is }: NpmPackage): string => {
  if (version === undefined) return 'absent'
  if (is === 'invalid') return `${version}, which package.json does not allow`
  return is === 'extraneous' ? `${version}, which package.json does not ask for` : version
}

function offeredVersion({ name, version, global }: Npm, offered: NpmOffer | undefined): string | undefined {
  if (offered?.kind === 'failed') throw hostCannotAsk(offered.why)
  if (offered?.kind !== 'version') return undefined
  if (offered.version === undefined)
    throw new UserError(
      'E_NO_PACKAGE',
      `the registry has no ${name}${version === undefined ? '' : `@${version}`}`,
      {
        hint: `Check the name and the version: npm view ${name} versions${global ? '' : ', in the folder'}. Or name another registry.`,
      },
    )
  return offered.version
}

function planFolder(given: Npm, state: NpmState, found: Extract<NpmInstalled, { kind: 'folder' }>): Plan {
  const { path = '' } = given
  const { offered } = state
  if (offered?.kind === 'failed') throw hostCannotAsk(offered.why)
  const { differs, total } = found
  const newer = offered?.kind === 'outdated' ? offered.outdated : []
  const known = new Set(newer.map(([name]) => name))
  const changes: Change[] = [...differs.filter(([name]) => !known.has(name)), ...newer].map(
    ([what, from, to]) => ({ what, from, to }),
  )
  if (changes.length === 0) return { changes, because: `${path} has all that it asks for` }
  const more = total - differs.length
  return {
    changes:
      more === 0 ? changes : [...changes, { what: 'other packages', from: String(more), to: 'as asked for' }],
    leaves: leaves(given, state, { ...found, differs: [], total: 0 }),
  }
}

function leaves(given: Npm, state: NpmState, then: NpmInstalled | undefined): Prediction[] {
  const { path } = given
  const { here, above, access, offered, found } = state
  const { home } = found
  return [
    ...(then === undefined ? [] : [predict(npmFound, foundKey(given), { ...then, home })]),
    ...(offered === undefined
      ? []
      : [predict(npmOffered, offeredKey(given), { ...after(given, offered), home })]),
    ...(path === undefined || here === undefined ? [] : [predict(stat, path, here)]),
    ...sameFolders(above),
    ...sameAccounts(access),
  ]
}

function after({ state }: Npm, offered: NpmOffer): NpmOffer {
  if (offered.kind === 'outdated') return { kind: 'outdated', outdated: [] }
  return state === 'latest' ? offered : { kind: 'not asked' }
}
