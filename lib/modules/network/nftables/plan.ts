import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import type { FileArgs } from '../../files/file/args.ts'
import { type FileState, mayRemove } from '../../files/file/state.ts'
import { planFile } from '../../files/file/plan.ts'
import { entries } from '../../shared/entries.ts'
import { type InstallState, planInstall, sameInstall } from '../../shared/install.ts'
import { planKeptText } from '../../shared/kept-text.ts'
import { sameAccounts } from '../../shared/access.ts'
import { sameFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import type { NftablesArgs } from './args.ts'
import { type NftablesTable, nftablesCheck, nftablesTable, tableKey } from './reader.ts'
import {
  FOLDER,
  type NftablesState,
  type WantedState,
  configOf,
  familyOf,
  fileOf,
  hashOf,
  installOf,
  removalOf,
  textOf,
} from './state.ts'

const INCLUDED = /^\s*include\s+"\/etc\/nftables\.d\/\*(\.nft)?"/m

/** The file that loads the rules at boot, with a line that includes those of the folder. */
export function included(text: string): string {
  if (INCLUDED.test(text)) return text
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${before}include "${FOLDER.path}/*.nft"\n`
}

/** Whether the table in the kernel has to be loaded, or to be removed. */
export const isOff = (given: NftablesArgs, { table }: NftablesState): boolean =>
  given.state === 'absent'
    ? table.kind !== 'absent' && table.kind !== 'no nft'
    : table.kind !== 'loaded' || table.sha256 !== hashOf(textOf(given))

export function plan(given: NftablesArgs, state: NftablesState): Plan {
  const { table, wanted, unwanted } = state
  if (table.kind === 'foreign')
    throw new UserError('E_FOREIGN_TABLE', `the table ${given.table} belongs to ${table.owner}`, {
      hint: 'Choose another name or family for the table, or stop the other program from using nftables.',
    })
  if (wanted !== undefined) return planWanted(given, state, wanted)
  return unwanted === undefined ? { changes: [] } : planUnwanted(given, state, unwanted)
}

function planWanted(given: NftablesArgs, state: NftablesState, wanted: WantedState): Plan {
  assertRegular(fileOf(given), wanted.file.here)
  assertAccepted(given, wanted)
  const sha256 = hashOf(textOf(given))
  const file = withFolder(wanted)
  const parts = [
    { ...planFile(FOLDER, wanted.folder), same: sameFile(FOLDER, wanted.folder) },
    { ...planInstall(installOf(given), file), same: sameInstall(installOf(given), file) },
    { ...planKeptText(configOf(given), wanted.config, included), same: [] },
  ]
  const changes = [
    ...(isOff(given, state) ? [tableChange(state.table, sha256)] : []),
    ...parts.flatMap((part) => part.changes),
  ]
  if (changes.length === 0) return { changes, because: 'already loaded, from the same text' }
  return {
    changes,
    leaves: [
      ...parts.flatMap(({ leaves, same }) => leaves ?? same),
      predict(nftablesTable, keyOf(given), { kind: 'loaded', sha256 }),
      predict(nftablesCheck, textOf(given), wanted.verdict),
      predict(entries, fileOf(given), 0),
    ],
  }
}

/** It stays what it is: said again, because a question without a prediction is unknown afterwards. */
const sameFile = (args: FileArgs, { here, above, access, entries: below }: FileState): Prediction[] => [
  predict(stat, args.path, here),
  ...(mayRemove(args) ? [predict(entries, args.path, below)] : []),
  ...sameFolders(above),
  ...sameAccounts(access),
]

const keyOf = (given: NftablesArgs): string => tableKey(familyOf(given), given.table)

function planUnwanted(given: NftablesArgs, state: NftablesState, unwanted: FileState): Plan {
  const removal = removalOf(given)
  const file = planFile(removal, unwanted)
  const live = isOff(given, state) ? [{ what: 'table', from: 'loaded', to: 'absent' }] : []
  const changes = [...live, ...file.changes]
  if (changes.length === 0) return { changes, because: 'not there' }
  const kind = state.table.kind === 'no nft' ? 'no nft' : 'absent'
  const leaves = [
    ...(file.leaves ?? sameFile(removal, unwanted)),
    predict(nftablesTable, keyOf(given), { kind }),
  ]
  return { changes, leaves }
}

const MOST_LINES = 6

function tableChange(table: NftablesTable, sha256: string): Change {
  const to = `loaded from ${sha256.slice(0, 12)}`
  if (table.kind === 'loaded') return { what: 'table', from: `loaded from ${table.sha256.slice(0, 12)}`, to }
  if (table.kind !== 'other') return { what: 'table', from: 'absent', to }
  const { lines } = table
  if (lines.length === 0) return { what: 'table', from: 'not loaded by run-playbook', to }
  const more = lines.length > MOST_LINES ? `, and ${lines.length - MOST_LINES} more` : ''
  return {
    what: 'table',
    from: `changed since it was loaded: ${lines.slice(0, MOST_LINES).join(', ')}${more}`,
    to,
  }
}

function assertAccepted({ table }: NftablesArgs, { verdict }: WantedState): void {
  if (verdict.kind === 'no nft')
    throw new UserError('E_NO_NFT', 'the host has no nft', {
      hint: "Install nftables in an earlier task: packages('nftables', { names: ['nftables'] }).",
    })
  if (verdict.kind === 'refused')
    throw new UserError('E_BAD_NFTABLES', `nft refuses the text of the table ${table}: ${verdict.why}`, {
      hint: 'Correct content; nft(8) describes it. Nothing was changed.',
    })
}

const MADE: Stat = { type: 'directory', mode: '0755', owner: 'root', uid: 0, group: 'root', gid: 0 }

/** The folder is made before the file. */
export function withFolder({ file, folder }: WantedState): InstallState {
  if (folder.here.type !== 'absent') return file
  const above = file.above.map((one) => (one.path === FOLDER.path ? { ...one, stat: MADE } : one))
  return { ...file, folder: MADE, above }
}
