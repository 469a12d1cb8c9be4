import { cluster } from './error-codes/cluster.ts'
import { connection } from './error-codes/connection.ts'
import { modules } from './error-codes/modules.ts'
import { network } from './error-codes/network.ts'
import { packages } from './error-codes/packages.ts'
import { postgres } from './error-codes/postgres.ts'
import { run } from './error-codes/run.ts'
import { secrets } from './error-codes/secrets.ts'
import { usage } from './error-codes/usage.ts'

export type { ErrorCode } from './error-codes/error-code.ts'

/**
 * Every error code, by the headings of docs/errors.md. Codes are stable: programs may compare them. A code that is
 * thrown and not listed, or listed and not thrown, fails a test.
 */
export const errorCodes = {
  'Before any host is touched': usage,
  Connections: connection,
  'Tasks and runs': run,
  Modules: modules,
  Network: network,
  Packages: packages,
  'PostgreSQL and pgBackRest': postgres,
  'The PostgreSQL cluster': cluster,
  Secrets: secrets,
} as const
