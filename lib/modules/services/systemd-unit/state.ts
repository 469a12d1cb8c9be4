import type { AccessState } from '../../shared/access.ts'
import type { TextFile } from '../../shared/text-file.ts'
import type { UnitStatus } from './status.ts'

/** What is there of a file of systemd. */
export interface SystemdUnitState {
  readonly file: TextFile
  readonly access: AccessState
  /** What systemd has of the unit. Undefined where the host does not run systemd. */
  readonly status: UnitStatus | undefined
}
