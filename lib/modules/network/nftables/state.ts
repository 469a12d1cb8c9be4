import { createHash } from 'node:crypto'
import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import type { FileArgs } from '../../files/file/args.ts'
import { type FileState, probeFile } from '../../files/file/state.ts'
import { type Install, type InstallState, probeInstall } from '../../shared/install.ts'
import { type KeptText, probeKeptText } from '../../shared/kept-text.ts'
import { contentPayload } from '../../shared/payload.ts'
import type { NftablesArgs } from './args.ts'
import { type NftablesTable, type NftablesVerdict, nftablesCheck, nftablesTable, tableKey } from './reader.ts'

/** What is there of a table of nftables. */
export interface NftablesState {
  /** In the kernel. */
  readonly table: NftablesTable
  /** What a table needs that is wanted. */
  readonly wanted: WantedState | undefined
  /** The file of a table that is not wanted. */
  readonly unwanted: FileState | undefined
}

export interface WantedState {
  /** What nft says of the text. */
  readonly verdict: NftablesVerdict
  readonly file: InstallState
  /** The folder of the file. */
  readonly folder: FileState
  /** The file that includes it. */
  readonly config: KeptText
}

export const FOLDER: FileArgs = { path: '/etc/nftables.d', state: 'directory' }

export const familyOf = ({ family = 'inet' }: NftablesArgs): string => family

export const nameOf = (given: NftablesArgs): string => `${familyOf(given)}-${given.table}`

export const fileOf = (given: NftablesArgs): string => `${FOLDER.path}/${nameOf(given)}.nft`

export const configOf = ({ config = '/etc/nftables.conf' }: NftablesArgs): string => config

/** The whole file. nft takes it as one change: packets meet the old table or the new one, and no other table is touched. */
export function textOf(given: NftablesArgs): string {
  const table = `table ${familyOf(given)} ${given.table}`
  const begin = `${table}\ndelete ${table}\n`
  if (given.content === undefined) return begin
  const body = given.content.replace(/^(\s*\n)+/, '').trimEnd()
  return `# Written by run-playbook: changes are lost.\n${begin}${table} {\n${body}\n}\n`
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

export const installOf = (given: NftablesArgs): Install => ({
  dest: fileOf(given),
  payload: contentPayload(textOf(given)),
  mode: '0644',
  owner: 0,
  group: 0,
})

export const removalOf = (given: NftablesArgs): FileArgs => ({ path: fileOf(given), state: 'absent' })

export function probe(given: NftablesArgs): Probe<NftablesState> {
  const isWanted = given.state !== 'absent'
  return askAll<NftablesState>({
    table: ask(nftablesTable, tableKey(familyOf(given), given.table)),
    wanted: isWanted ? probeWanted(given) : known(undefined),
    unwanted: isWanted ? known(undefined) : probeFile(removalOf(given)),
  })
}

const probeWanted = (given: NftablesArgs): Probe<WantedState> =>
  askAll<WantedState>({
    verdict: ask(nftablesCheck, textOf(given)),
    file: probeInstall(installOf(given)),
    folder: probeFile(FOLDER),
    config: probeKeptText(configOf(given)),
  })
