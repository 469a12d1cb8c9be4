import { type Module, type ModuleDefinition, type Plan, defineModule } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { type Resource, pathResource, treeResource } from '../../../core/resource.ts'
import { type Install, type InstallState, planInstall } from '../../shared/install.ts'
import { contentPayload } from '../../shared/payload.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { sameAccounts } from '../../shared/access.ts'
import { serviceResource } from '../../shared/service.ts'
import { sha256 } from '../../shared/sha256.ts'
import { stat } from '../../shared/stat.ts'
import { type WireguardInterface, configPath, wireguardInterface, wireguardResource } from './reader.ts'
import { type AbsentWireguard, type WireguardArgs, wireguardArgs } from './args.ts'
import { configFile } from './config.ts'
import { liveChanges } from './live-changes.ts'
import {
  type WireguardState,
  assertOurs,
  dropInHash,
  dropInPath,
  probeWireguard,
  unitChanges,
} from './state.ts'
import { absentSteps, upSteps } from './apply.ts'

export type { AbsentWireguard, WireguardArgs, WireguardPeer } from './args.ts'

type Overlay = { readonly name: string; readonly up: Up | undefined }

interface Up {
  readonly args: WireguardArgs
  readonly install: Install
}

const args = wireguardArgs.transform((args): Overlay => {
  const name = args.interface
  if (args.state === 'absent') return { name, up: undefined }
  const payload = contentPayload(configFile(args))
  return { name, up: { args, install: { dest: configPath(name), payload, ...ROOT_ONLY } } }
})

const ROOT_ONLY = { mode: '0600', owner: 'root', group: 'root' } as const

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

function planUp({ args, install }: Up, state: WireguardState, file: InstallState): Plan {
  const { interface: name, before = [], peers } = args
  assertOurs(name, state.live)
  const installed = planInstall(install, file)
  const changes = [...liveChanges(args, state.live), ...installed.changes, ...unitChanges(before, state)]
  if (changes.length === 0) return { changes, because: `up, ${args.address}, ${peers.length} peers` }
  return {
    changes,
    leaves: [
      predict(sha256, dropInPath(name), dropInHash(before)),
      ...(installed.leaves ?? unchangedFile(install, file)),
    ],
  }
}

function planAbsent(name: string, state: WireguardState): Plan {
  const { live, dropIn } = state
  if (live.config === 'absent' && !live.exists && !live.enabled && dropIn === undefined) {
    return { changes: [], because: 'not there' }
  }
  assertOurs(name, live)
  return {
    changes: [{ what: 'state', from: live.exists ? 'up' : 'down', to: 'absent' }],
    leaves: [
      predict(sha256, dropInPath(name), undefined),
      predict(sha256, configPath(name), undefined),
      predict(wireguardInterface, name, { ...NOTHING, missing: live.missing }),
    ],
  }
}

/** The file is right: said again, because a question without a prediction is unknown afterwards. */
function unchangedFile({ dest }: Install, { here, sha256: sum, folder, access }: InstallState): Prediction[] {
  return [
    predict(stat, dest, here),
    predict(sha256, dest, sum),
    predict(stat, folderOf(dest), folder),
    ...sameAccounts(access),
  ]
}

const NOTHING: WireguardInterface = {
  missing: [],
  config: 'absent',
  exists: false,
  mtu: undefined,
  addresses: [],
  publicKey: undefined,
  listenPort: undefined,
  peers: [],
  active: false,
  enabled: false,
  needsReload: false,
}

/** With the overlay goes whatever is reached over it. */
function touches({ name }: Overlay): Resource[] {
  const files = [pathResource(configPath(name)), treeResource('/etc/systemd')]
  return [wireguardResource(name), serviceResource(`wg-quick@${name}`), ...files, 'postgres:/**', 'port:/**']
}
