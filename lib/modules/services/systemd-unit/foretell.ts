import { type Prediction, predict } from '../../../core/probe.ts'
import { type Service, service, unitOf } from '../../shared/service.ts'
import { type SystemdUnitArgs, textOf } from './args.ts'
import type { SystemdUnitState } from './state.ts'
import { unitStatus } from './status.ts'
import { changesStatus, installOf, newUnitFileState, typeOf } from './text.ts'

/** What is said of the unit once the file is written or removed and read again. None where that is not certain. */
export function foretellUnit(given: SystemdUnitArgs, { file, status }: SystemdUnitState): Prediction[] {
  const unit = unitOf(given.name)
  if (status === undefined) return [predict(unitStatus, unit, undefined)]
  if (status.unit === undefined) return [predict(unitStatus, unit, { ...status, needsReload: false })]
  const after = unitAfter(given, file.text, status.unit, status.linked)
  if (after === undefined) return []
  return [
    predict(unitStatus, unit, { ...status, unit: after, needsReload: false }),
    ...[unit, unit.replace(/\.service$/, '')]
      .filter((name, i, all) => all.indexOf(name) === i)
      .map((name) => predict(service, name, after)),
  ]
}

function unitAfter(
  given: SystemdUnitArgs,
  old: string | undefined,
  is: Service,
  linked: boolean,
): Service | undefined {
  // What it was before is no longer on disk.
  if (is.needsReload) return undefined
  const text = given.state === 'absent' ? undefined : textOf(given)
  if (text === old) return is.load === 'loaded' || is.load === 'not-found' ? is : undefined
  if (given.dropIn !== undefined)
    return is.load === 'loaded' && ![old, text].some((one) => one !== undefined && changesStatus(one))
      ? is
      : undefined
  if (text === undefined) return undefined
  if (is.load === 'not-found' && old === undefined && is.active === 'inactive' && !linked)
    return newUnit(unitOf(given.name), text)
  if (is.load !== 'loaded' || old === undefined || installOf(old) !== installOf(text)) return undefined
  if (typeOf(old) === typeOf(text)) return is
  return is.type === typeOf(old) ? { ...is, type: typeOf(text) } : undefined
}

/** What `systemctl show` says of the type of other kinds is something else. */
const KINDS = /\.(service|socket|timer|path|target|slice)$/

function newUnit(unit: string, text: string): Service | undefined {
  const enabled = newUnitFileState(text)
  if (enabled === undefined || !KINDS.test(unit)) return undefined
  const type = unit.endsWith('.service') ? { type: typeOf(text) } : {}
  return { load: 'loaded', active: 'inactive', enabled, needsReload: false, ...type }
}
