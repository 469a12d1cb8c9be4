import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, defineModule } from '../../../core/module.ts'
import { type Probe, ask, mapProbe, predict, askAll } from '../../../core/probe.ts'
import {
  type Found,
  assertSemanage,
  selinuxSettings,
  semanageReader,
  semanageSteps,
} from '../shared/semanage.ts'
import { type SeportArgs, type SeportValues, args } from './args.ts'

/** The type of a port. */
export interface PortType {
  readonly setype: string
  /** It was set on this host: the policy itself may say something else. */
  readonly own: boolean
}

/** By port or range, as it is asked for. */
export interface SeportState {
  readonly ports: Readonly<Record<string, Found<PortType>>>
}

const LINE = /^(\w+)\s+(tcp|udp|dccp|sctp)\s+([\d ,-]+)$/

function typeIn(lines: readonly string[], proto: string, port: string): string | undefined {
  for (const line of lines) {
    const [, setype, protocol, ports = ''] = LINE.exec(line) ?? []
    if (protocol === proto && ports.split(',').some((one) => one.trim() === port)) return setype
  }
  return undefined
}

/** The key is a protocol and a port or range: `tcp 80`. */
export const portType = semanageReader<PortType>('port', ({ all, own }, key) => {
  const [proto = '', port = ''] = key.split(' ')
  const local = typeIn(own, proto, port)
  const setype = local ?? typeIn(all, proto, port)
  return setype === undefined ? undefined : { setype, own: local !== undefined }
})

/**
 * The SELinux type of network ports, as `semanage port` sets it: a service of the type may use them then. Needs `semanage`, which is in
 * the package `policycoreutils-python-utils`.
 *
 * A range is an entry of its own: `'8000-8010'` says nothing of an entry for `8001`.
 *
 * @dryRun Runs `semanage port -l`, which takes a second or two, once for all tasks. Names each port that gets another type. Whether the
 * policy knows the type is found in the run. Later tasks see the new types; what is removed is unknown to them.
 *
 * @throws UserError E_CANNOT_LOOK, E_NO_SEMANAGE, E_SELINUX_POLICY
 *
 * @example
 * seport('nginx listens on 8888', { ports: 8888, proto: 'tcp', setype: 'http_port_t' })
 *
 * @example
 * seport('no longer', { ports: [8888, '9000-9010'], proto: 'tcp', state: 'absent' })
 */
export const seport: Module<SeportArgs, SeportState> = defineModule({
  name: 'seport',
  args,
  probe,
  plan,
  apply: (given, state) => {
    const { proto, setype = '', reload = true } = given
    const commands = differing(given, state).map((port) => {
      const option = given.state === 'absent' ? '-d' : state.ports[port]?.entry === undefined ? '-a' : '-m'
      return ['port', option, ...(option === '-d' ? [] : ['-t', setype]), '-p', proto, port]
    })
    return semanageSteps(commands, reload)
  },
  touches: () => [selinuxSettings.at('port')],
  keeps:
    ({ ports, proto }) =>
    ({ reader, key }) =>
      reader === portType && !ports.some((port) => key === `${proto} ${port}`),
})

function probe({ ports, proto }: SeportValues): Probe<SeportState> {
  const asked = Object.fromEntries(ports.map((port) => [port, ask(portType, `${proto} ${port}`)]))
  return mapProbe(askAll<Record<string, Found<PortType>>>(asked), (found) => ({ ports: found }))
}

function differing(given: SeportValues, state: SeportState): readonly string[] {
  return given.ports.filter((port) => {
    const { entry } = assertSemanage(state.ports[port])
    return given.state === 'absent' ? entry !== undefined : entry?.setype !== given.setype
  })
}

function plan(given: SeportValues, state: SeportState): Plan {
  const { proto, setype } = given
  const ports = differing(given, state)
  const isAbsent = given.state === 'absent'
  if (ports.length === 0) return { changes: [], because: isAbsent ? 'has no type' : `already ${setype}` }
  const fixed = isAbsent ? ports.find((port) => state.ports[port]?.entry?.own === false) : undefined
  if (fixed !== undefined)
    throw new UserError(
      'E_SELINUX_POLICY',
      `${proto} ${fixed} is ${state.ports[fixed]?.entry?.setype} in the policy itself, which cannot be removed`,
      { hint: 'Give it another type: state present, with setype.' },
    )
  return {
    changes: ports.map((port) => ({
      what: `${proto} ${port}`,
      from: state.ports[port]?.entry?.setype ?? 'absent',
      to: isAbsent ? 'absent' : setype,
    })),
    leaves:
      setype === undefined || isAbsent
        ? []
        : given.ports.map((port) => {
            const had = state.ports[port]?.entry
            return predict(portType, `${proto} ${port}`, {
              entry: had?.setype === setype ? had : { setype, own: true },
            })
          }),
  }
}
