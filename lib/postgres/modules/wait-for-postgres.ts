import { z } from 'zod'
import { defineModule } from '../../core/module.ts'
import { ask, mapProbe, predict } from '../../core/probe.ts'
import { containerName } from './shared/names.ts'
import { type Knock, type Readiness, knockKey, readiness } from './shared/readiness.ts'
import { waitScript } from './shared/wait-script.ts'

/**
 * @example
 * waitForPostgres('accepts connections', { container: 'postgres', host: '10.88.0.11', role: 'replica' })
 */
export interface WaitForPostgresArgs {
  readonly container: string
  /** The address it has to listen on, such as the node's overlay address. */
  readonly host: string
  /** @default 5432 */
  readonly port?: number | undefined
  /** `primary`: accepts writes. `replica`: streams from its primary. @default either */
  readonly role?: 'primary' | 'replica' | undefined
  /** Milliseconds. @default 60_000 */
  readonly timeoutMs?: number | undefined
}

/** What was found when it was last asked. */
export interface PostgresReadiness {
  readonly status: Readiness
}

/**
 * Waits until PostgreSQL accepts connections over the network. Gives up at once when waiting can't help: when the
 * container is gone, ended or in a restart loop.
 */
export const waitForPostgres = defineModule<WaitForPostgresArgs, PostgresReadiness>({
  name: 'wait_for_postgres',
  args: z.strictObject({
    container: containerName,
    host: z.string().min(1),
    port: z.int().min(1).max(65535).optional(),
    role: z.enum(['primary', 'replica']).optional(),
    timeoutMs: z.int().positive().optional(),
  }),
  probe: (args) => mapProbe(ask(readiness, keyOf(args)), (status) => ({ status })),
  plan: (args, { status }) => {
    if (status === 'accepting') return { changes: [], because: 'accepts connections' }
    return {
      changes: [{ what: 'status', from: status, to: 'accepting' }],
      leaves: [predict(readiness, keyOf(args), 'accepting')],
    }
  },
  apply: (args) => {
    const { timeoutMs = 60_000 } = args
    // The script ends by itself and says more than a killed one could; a docker command that hangs doesn't.
    return [{ script: waitScript(knockOf(args), timeoutMs), timeoutMs: timeoutMs + 30_000, explains: true }]
  },
  waits: true,
  // It changes nothing itself, but time passes: a database that could not be asked now can.
  touches: ({ host, port = 5432 }) => [`postgres:/${host}:${port}/**`],
})

function knockOf(args: WaitForPostgresArgs): Knock {
  const { container, host, port = 5432, role } = args
  return { container, host, port, role: role ?? 'any' }
}

const keyOf = (args: WaitForPostgresArgs): string => knockKey(knockOf(args))
