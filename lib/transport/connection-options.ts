import { hostname, userInfo } from 'node:os'
import { type Secret, scrub } from '../core/secret.ts'
import type { LockWish } from './shell/batch.ts'
import { newNonce } from './shell/shell.ts'

/** How connections of a run behave. */
export interface ConnectionOptions {
  /** For sudo. Sent on stdin, once for each account, and never again after it was refused. */
  readonly becomePassword?: Secret | undefined
  /** Frames for `-vvv`, free of payloads and secrets. */
  readonly trace?: ((host: string, text: string) => void) | undefined
  /** What the operator should know although nothing failed. */
  readonly warn?: ((host: string, text: string) => void) | undefined
  /** Whether a host is locked against other runs, which a test must not do to the machine that it runs on. @default true */
  readonly lock?: boolean | undefined
  /** Seconds to wait for another run-playbook on the host. @default 60 */
  readonly lockWait?: number | undefined
  /**
   * Seconds that a host may take for an answer beyond what the scripts may take: to start a shell, to become another user,
   * to send what a script printed. Then the connection counts as lost. @default 60
   */
  readonly patience?: number | undefined
  /** Connections that say the same word share the lock of a machine. @default each connection for itself */
  readonly run?: string | undefined
}

/** The same with the defaults, for one host. */
export interface Settings {
  readonly host: string
  readonly becomePassword: Secret | undefined
  readonly trace: (text: string) => void
  readonly warn: (text: string) => void
  /** Milliseconds. */
  readonly patience: number
  /** Undefined where the host is not locked. */
  readonly lock: LockWish | undefined
}

export function settingsFor(host: string, options: ConnectionOptions): Settings {
  const { becomePassword, trace, warn, lockWait = 60, patience = 60, run = newNonce() } = options
  const { lock = true } = options
  return {
    host,
    becomePassword,
    trace: (text) => trace?.(host, scrub(text)),
    warn: (text) => warn?.(host, scrub(text)),
    patience: patience * 1000,
    lock: lock ? { seconds: lockWait, run, owner: OWNER } : undefined,
  }
}

/** Whom another run is told that the host is held by. */
const OWNER = `${userInfo().username}@${hostname()} pid ${process.pid} since ${new Date().toISOString()}`
