import { type Module, defineModule } from '../../../core/module.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { served } from '../../shared/served.ts'
import { services } from '../../shared/service.ts'
import { connectivity } from '../connectivity.ts'
import { configPath, wireguardInterfaces } from './reader.ts'
import type { WireguardArgs } from './args.ts'
import { type WireguardState, probeWireguard } from './state.ts'
import { absentSteps, upSteps } from './apply.ts'
import { type Overlay, args } from './overlay.ts'
import { planUp, planAbsent } from './plan.ts'
export type { WireguardArgs, WireguardPeer } from './args.ts'

/**
 * Manages a WireGuard interface, which systemd brings up at every boot. An interface or configuration that run-playbook did
 * not create is an error (E_FOREIGN_WIREGUARD). Do not connect to the host through this interface: a change of its address
 * would break the connection.
 *
 * @dryRun Asks `wg`, `ip` and systemd, and names each peer that differs; neither secret keys nor the file are shown. Later tasks
 * see the files. The interface is foretold only if it is removed; whom the host reaches over the network, and what servers
 * answer, is unknown to later tasks, of other hosts too.
 *
 * @example
 * wireguard('overlay', {
 *   interface: 'wg0',
 *   privateKey: new Secret('wireguard', 'aGVyZSBhcmUgdGhpcnR5LXR3byBieXRlcyBvZiBrZXk='),
 *   address: '10.88.0.11/24',
 *   peers: [
 *     {
 *       publicKey: 'dGhlIG90aGVyIGtleSBoYXMgMzIgYnl0ZXMgdG9vIG8=',
 *       endpoint: '192.0.2.12:51820',
 *       allowedIps: ['10.88.0.12/32'],
 *     },
 *   ],
 *   before: ['docker.service'],
 * })
 */
export const wireguard: Module<WireguardArgs, WireguardState> = defineModule({
  name: 'wireguard',
  args,
  probe: ({ name, up }) => probeWireguard(name, up?.install),
  plan: ({ name, up }, state) => (up && state.file ? planUp(up, state, state.file) : planAbsent(name, state)),
  apply: ({ name, up }, state) => {
    if (up && state.file) return upSteps(up.args, up.install, { ...state, file: state.file })
    return absentSteps(name, state)
  },
  touches,
})

/** With the overlay goes whatever is reached over it. */
function touches({ name }: Overlay): Resource[] {
  const files = [paths.at(configPath(name)), paths.below('/etc/systemd')]
  const own = [wireguardInterfaces.at(name), services.at(`wg-quick@${name}`)]
  return [...own, ...files, connectivity.all, served.all]
}
