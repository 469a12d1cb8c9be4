import { type Module, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { applyFile } from '../../files/file/apply.ts'
import { planFile } from '../../files/file/plan.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { planInstall } from '../../shared/install.ts'
import { applyKeptText } from '../../shared/kept-text.ts'
import { served } from '../../shared/served.ts'
import { connectivity } from '../connectivity.ts'
import { type NftablesArgs, args } from './args.ts'
import { included, isOff, plan, withFolder } from './plan.ts'
import { BEGIN, nftablesCheck, nftablesTables, recordOf, tableKey } from './reader.ts'
import {
  FOLDER,
  type NftablesState,
  type WantedState,
  configOf,
  familyOf,
  fileOf,
  hashOf,
  installOf,
  nameOf,
  probe,
  removalOf,
  textOf,
} from './state.ts'
import { changeWithWayBack } from './way-back.ts'

/**
 * A table of nftables, now and at each boot: in the kernel, and in a file of its own in `/etc/nftables.d`, which `/etc/nftables.conf`
 * includes. Other tables are left alone. Needs `become` unless the user is root.
 *
 * nft checks the text before anything changes, in a dry run too. The table is replaced in one step, and counters and elements that
 * packets added to sets begin anew. Then run-playbook connects to the host again. If it cannot do so within
 * `confirmWithinMs`, the host takes the old table back by itself and the task fails, so rules that lock you out do not last. The file
 * is written only after the new connection.
 *
 * A table that somebody changed by hand, with nft or in the file, is loaded again. Elements of sets with the flags `dynamic` or
 * `timeout` do not count. A table of another program, such as iptables or firewalld, is an error. At boot, the service
 * `nftables` loads the file: enable it once. Starting it would load `/etc/nftables.conf`, which on Debian begins with
 * `flush ruleset` and so removes the rules of Docker.
 *
 * @dryRun Lists the table in the kernel, reads the files, and has nft check the text: one that is refused fails. Names the lines that
 * somebody changed by hand. Later tasks see the table as loaded. What is reached over the network, and what servers answer, is
 * unknown to them, of other hosts too.
 *
 * @throws UserError E_BAD_NFTABLES, E_FOREIGN_TABLE, E_NO_NFT
 *
 * @example
 * return [
 *   nftables('firewall', {
 *     table: 'filter',
 *     content: `
 *       chain input {
 *         type filter hook input priority filter; policy drop;
 *         ct state established,related accept
 *         iif lo accept
 *         meta l4proto { icmp, ipv6-icmp } accept
 *         tcp dport { 22, 443 } accept
 *       }`,
 *   }),
 *   service('firewall at boot', { name: 'nftables', enabled: true }),
 * ]
 *
 * @example
 * nftables('no old table', { family: 'ip', table: 'old', state: 'absent' })
 */
export const nftables: Module<NftablesArgs, NftablesState> = defineModule<
  NftablesArgs,
  NftablesArgs,
  NftablesState
>({
  name: 'nftables',
  args,
  probe,
  plan,
  apply,
  touches,
  // A table brings no interface and takes none.
  keeps:
    () =>
    ({ reader }) =>
      reader === nftablesCheck,
})

const keyOf = (given: NftablesArgs): string => tableKey(familyOf(given), given.table)

function touches(given: NftablesArgs, state: NftablesState | undefined): readonly Resource[] {
  const live = state === undefined || isOff(given, state)
  const work = state?.wanted && workOf(given, state.wanted)
  const isAny = (of: 'folder' | 'file' | 'config'): boolean =>
    work === undefined ? state === undefined || of === 'file' : work[of].length > 0
  return [
    ...(live ? [nftablesTables.at(keyOf(given)), paths.at(recordOf(keyOf(given)))] : []),
    ...(live ? [connectivity.all, served.all] : []),
    ...(isAny('folder') ? [paths.at(FOLDER.path)] : []),
    ...(isAny('file') ? [paths.at(fileOf(given))] : []),
    ...(isAny('config') ? [paths.at(configOf(given))] : []),
  ]
}

// What is in the kernel comes first: rules that lock out get into no file.
function apply(given: NftablesArgs, state: NftablesState): ShellStep[] {
  const live = isOff(given, state) ? load(given) : []
  const { wanted, unwanted } = state
  if (wanted !== undefined) {
    const { folder, file, config } = workOf(given, wanted)
    return [...live, ...folder, ...file, ...config]
  }
  if (unwanted === undefined || unwanted.here.type === 'absent') return live
  return [...live, ...applyFile(removalOf(given), unwanted)]
}

/** The steps for each file that differs. */
function workOf(given: NftablesArgs, wanted: WantedState): Record<'folder' | 'file' | 'config', ShellStep[]> {
  const { folder, config } = wanted
  const install = installOf(given)
  const file = withFolder(wanted)
  return {
    folder: planFile(FOLDER, folder).changes.length === 0 ? [] : applyFile(FOLDER, folder),
    file: planInstall(install, file).changes.length === 0 ? [] : applyInstall(install, file),
    config: applyKeptText(configOf(given), config, included),
  }
}

// Of several lines, the first one says what is wrong.
const TRY = `try() {
  if said=$("$@" 2>&1 </dev/null); then return 0; fi
  printf '%s\\n' "$said" | head -n 1 >&2
  return 1
}`

function load(given: NftablesArgs): ShellStep[] {
  const { confirmWithinMs = 30_000 } = given
  const words = [familyOf(given), given.table]
  const record = recordOf(keyOf(given))
  return changeWithWayBack({
    name: `nftables-${nameOf(given)}`,
    seconds: Math.ceil(confirmWithinMs / 1000),
    begin: `${BEGIN}\n${TRY}`,
    save: sh`printf '%s\\n' ${[`table ${words.join(' ')}`, `delete table ${words.join(' ')}`]}
  tables=$(nft list tables)
  ! printf '%s\\n' "$tables" | grep -qxF ${`table ${words.join(' ')}`} || nft list table ${words}`,
    rehearse: 'try nft -c -f "$before"',
    change: 'try nft -f "$wanted"',
    restore: 'try nft -f "$before"',
    stdin: textOf(given),
    after:
      given.state === 'absent'
        ? sh`rm -f -- ${record}`
        : sh`mkdir -p -- ${record.slice(0, record.lastIndexOf('/'))}
{ echo ${hashOf(textOf(given))}; nft -s list table ${words}; } >${`${record}.new`}
mv -- ${`${record}.new`} ${record}`,
  })
}
