import type { SshLogin } from './login.ts'
import type { UfwStatus } from './reader.ts'

/** What is there of ufw. */
export interface UfwState {
  /** Undefined where the host has no ufw. */
  readonly status: UfwStatus | undefined
  /** Undefined where the host is not reached by SSH. */
  readonly login: SshLogin | undefined
}
