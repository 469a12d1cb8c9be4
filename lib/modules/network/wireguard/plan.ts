import type { Plan } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { type Install, type InstallState, planInstall } from '../../shared/install.ts'
import { sameFolders } from '../../shared/safe-path.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { sameAccounts } from '../../shared/access.ts'
import { sha256 } from '../../shared/sha256.ts'
import { stat } from '../../shared/stat.ts'
import { type WireguardInterface, configPath, wireguardInterface } from './reader.ts'
import { liveChanges } from './live-changes.ts'
import { type WireguardState, assertOurs, dropInHash, dropInPath, unitChanges } from './state.ts'
import type { Up } from './overlay.ts'

export function planUp({ args, install }: Up, state: WireguardState, file: InstallState): Plan {
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

export function planAbsent(name: string, state: WireguardState): Plan {
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
function unchangedFile(
  { dest }: Install,
  { here, sha256: sum, folder, above, access }: InstallState,
): Prediction[] {
  return [
    predict(stat, dest, here),
    predict(sha256, dest, sum),
    predict(stat, folderOf(dest), folder),
    ...sameFolders(above),
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
