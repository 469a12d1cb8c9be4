/**
 * Settings of which a standby needs at least what its primary has: with less it does not start, or stops to replay.
 * https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN
 */
export const STANDBY_SETTINGS = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
] as const

export type StandbySetting = (typeof STANDBY_SETTINGS)[number]

export const isStandbySetting = (name: string): name is StandbySetting =>
  (STANDBY_SETTINGS as readonly string[]).includes(name)
