import type { Change } from '../../../core/change.ts'
import type { Keeps, Plan, Step } from '../../../core/module.ts'
import { predict } from '../../../core/probe.ts'
import { quote } from '../../../core/sh.ts'
import { type Service, service as unit, unitOf } from '../../shared/service.ts'
import { isActive, systemctl } from './systemctl.ts'

/** What a task says of a unit that it masks or unmasks. */
export interface MaskArgs {
  readonly name: string
  readonly state?: 'started' | 'stopped' | undefined
  readonly enabled?: boolean | undefined
  readonly masked?: boolean | undefined
}

/** Whether the task masks the unit, or takes a mask away. */
export const isAboutMask = ({ masked }: MaskArgs, { load }: Service): boolean =>
  masked === true || (masked === false && load === 'masked')

const isMasked = ({ load }: Service): boolean => load === 'masked'

const stops = ({ state }: MaskArgs, is: Service): boolean =>
  state === 'stopped' && is.active !== 'inactive' && is.active !== 'failed'

/** What is behind a mask cannot be seen before it is gone. */
export function planMask(args: MaskArgs, is: Service): Plan {
  const { name, state, enabled, masked = false } = args
  const changes: Change[] = [
    ...(masked === isMasked(is) ? [] : [{ what: 'masked', from: isMasked(is), to: masked }]),
    ...(enabled === undefined ? [] : [{ what: 'enabled', from: 'masked', to: enabled }]),
    ...(stops(args, is) || (state === 'started' && !isActive(is))
      ? [{ what: 'state', from: is.active, to: state }]
      : []),
  ]
  if (changes.length === 0) return { changes, because: 'the unit is masked' }
  if (!masked || (isActive(is) && !stops(args, is))) return { changes }
  const active = stops(args, is) ? 'inactive' : is.active
  return {
    changes,
    leaves: [predict(unit, name, { load: 'masked', active, enabled: 'masked', needsReload: false })],
  }
}

/** A mask that stops nothing is a link of the unit alone. */
export function keptByMask(args: MaskArgs, is: Service | undefined): Keeps | undefined {
  if (
    is === undefined ||
    !isAboutMask(args, is) ||
    stops(args, is) ||
    args.state === 'started' ||
    args.enabled !== undefined
  )
    return undefined
  return ({ reader, key }) => reader === unit && unitOf(key) !== unitOf(args.name)
}

export function applyMask(args: MaskArgs, is: Service): Step[] {
  const { name, state, enabled, masked } = args
  const word = quote(unitOf(name))
  const turn = [
    ...(stops(args, is) ? [systemctl('stop', name)] : []),
    ...(state === 'started' && !isActive(is) ? [systemctl('start', name)] : []),
  ]
  if (masked === true) return [...turn, ...(isMasked(is) ? [] : [{ script: `systemctl mask -- ${word}` }])]
  return [
    { script: `systemctl unmask -- ${word}` },
    ...(enabled === undefined ? [] : [{ script: `systemctl ${enabled ? 'enable' : 'disable'} -- ${word}` }]),
    ...turn,
  ]
}
