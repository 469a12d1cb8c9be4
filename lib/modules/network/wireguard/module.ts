import { type Module, type ModuleDefinition, defineModule } from '../../../core/module.ts'
import { type Resource, pathResource, treeResource } from '../../../core/resource.ts'
import { serviceResource } from '../../shared/service.ts'
import { configPath, wireguardResource } from './reader.ts'
import type { AbsentWireguard, WireguardArgs } from './args.ts'
import { type WireguardState, probeWireguard } from './state.ts'
import { absentSteps, upSteps } from './apply.ts'
import { type Overlay, args } from './overlay.ts'
import { planUp, planAbsent } from './plan.ts'
export type { AbsentWireguard, WireguardArgs, WireguardPeer } from './args.ts'

/**
 * A WireGuard interface that systemd brings up at every boot. A configuration or an interface that somebody else made is
 * never touched. Don't reach the host through the very interface: a change of its address would cut the connection.
 *
 * @example
 * wireguard('overlay', {
 *   interface: 'wg0',
 *   privateKey,
 *   address: '10.88.0.11/24',
 *   peers: [{ publicKey, endpoint: '192.0.2.12:51820', allowedIps: ['10.88.0.12/32'] }],
 *   before: ['docker.service'],
 * })
 */
export const wireguard = defineModule({
  name: 'wireguard',
  args,
  probe: ({ name, up }) => probeWireguard(name, up?.install),
  plan: ({ name, up }, state) => (up && state.file ? planUp(up, state, state.file) : planAbsent(name, state)),
  apply: ({ name, up }, state) => {
    if (up && state.file) return upSteps(up.args, up.install, { ...state, file: state.file })
    return absentSteps(name, state)
  },
  touches,
} satisfies ModuleDefinition<Overlay, WireguardState>) as unknown as Module<
  WireguardArgs | AbsentWireguard,
  WireguardState
>

/** With the overlay goes whatever is reached over it. */
function touches({ name }: Overlay): Resource[] {
  const files = [pathResource(configPath(name)), treeResource('/etc/systemd')]
  return [wireguardResource(name), serviceResource(`wg-quick@${name}`), ...files, 'postgres:/**', 'port:/**']
}
