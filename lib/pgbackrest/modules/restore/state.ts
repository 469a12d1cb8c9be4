import type { PgbackrestState } from '../shared/target.ts'
import type { DataFolder } from './data-folder.ts'

export interface PgbackrestRestoreState {
  readonly pgbackrest: PgbackrestState
  readonly folder: DataFolder
}
