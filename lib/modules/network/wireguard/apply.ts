import type { ShellStep } from '../../../core/module.ts'
import { raw, sh } from '../../../core/sh.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { type Install, type InstallState, planInstall } from '../../shared/install.ts'
import { configPath, dropInFolder } from './reader.ts'
import type { UpInterface } from './args.ts'
import { dropIn, liveConfig } from './config.ts'
import { awayPeers, liveChanges, needsRestart } from './live-changes.ts'
import { type WireguardState, dropInHash, dropInPath } from './state.ts'

/**
 * Peers change while traffic flows; only a new address, a new route or an interface that is down starts the unit anew.
 * The file is written last then: being stopped half way, the next run finds it different and does the rest.
 */
export function upSteps(
  args: UpInterface,
  install: Install,
  state: WireguardState & { readonly file: InstallState },
): ShellStep[] {
  const { interface: name, before = [] } = args
  const file = planInstall(install, state.file).changes.length > 0
  const restarts = needsRestart(args, state.live)
  const away = restarts ? [] : awayPeers(args, state.live)
  // It resolves all names again, and has peers that moved looked for where they were.
  const syncs = !restarts && (file || liveChanges(args, state.live).length > away.length)
  return [
    ...(syncs ? [] : away.map(({ publicKey, endpoint = '' }) => lookFor(name, publicKey, endpoint))),
    ...(syncs ? [{ script: sh`wg syncconf ${name} /dev/stdin`, stdin: liveConfig(args) }] : []),
    ...(file ? applyInstall(install, state.file) : []),
    ...dropInSteps(name, before, state),
    ...(state.live.enabled ? [] : [{ script: sh`systemctl enable ${unit(name)}` }]),
    ...(restarts ? [restart(name)] : []),
  ]
}

/** The configuration goes last: as long as it is there, the next run knows that the rest is ours. */
export function absentSteps(name: string, state: WireguardState): ShellStep[] {
  const gone = sh`systemctl disable ${unit(name)}
systemctl stop ${unit(name)} || :
${raw(takeDown(name))}`
  return [{ script: gone }, ...dropInSteps(name, [], state), { script: sh`rm -f -- ${configPath(name)}` }]
}

function dropInSteps(name: string, before: readonly string[], state: WireguardState): ShellStep[] {
  const path = dropInPath(name)
  const reload = state.live.needsReload ? [{ script: 'systemctl daemon-reload' }] : []
  if (before.length === 0) {
    if (state.dropIn === undefined) return reload
    return [
      {
        script: sh`rm -f -- ${path}\nrmdir -- ${dropInFolder(name)} 2>/dev/null || :\nsystemctl daemon-reload`,
      },
    ]
  }
  if (state.dropIn === dropInHash(before)) return reload
  return [
    {
      script: sh`set -e
umask 022
mkdir -p -- ${dropInFolder(name)}
cat >${`${path}.new`}
mv -f -- ${`${path}.new`} ${path}
systemctl daemon-reload`,
      stdin: dropIn(before),
    },
  ]
}

const lookFor = (name: string, publicKey: string, endpoint: string): ShellStep => ({
  script: sh`wg set ${name} peer ${publicKey} endpoint ${endpoint}`,
})

// Stopping fails where the interface is gone already, and does nothing where somebody has started it without systemd.
const restart = (name: string): ShellStep => ({
  script: sh`set -e
systemctl stop ${unit(name)} || :
${raw(takeDown(name))}
systemctl start ${unit(name)} || {
  systemctl status --no-pager --lines 20 ${unit(name)} >&2
  exit 1
}`,
})

const takeDown = (name: string): string => sh`[ ! -d /sys/class/net/${name} ] || wg-quick down ${name}`

const unit = (name: string): string => `wg-quick@${name}.service`
