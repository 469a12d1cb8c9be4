import * as z from '../../core/lazy-zod.ts'
import { UserError } from '../../core/errors.ts'
import { defineModule } from '../../core/module.ts'
import { ask, predict } from '../../core/probe.ts'
import { wholeServer } from '../resources.ts'
import { serverName } from '../target.ts'
import { containerName } from './shared/names.ts'
import { type Readiness, readiness, readinessKey } from './shared/readiness.ts'

/**
 * @example
 * waitForPostgres('accepts connections', { container: 'postgres', host: '10.88.0.11', role: 'replica' })
 */
export interface WaitForPostgresArgs {
  /** The container that PostgreSQL runs in. */
  readonly container: string
  /** The address that PostgreSQL listens on, such as the overlay address of the node. */
  readonly host: string
  /** The port that PostgreSQL listens on. @default 5432 */
  readonly port?: number | undefined
  /** Wait until it accepts writes (`primary`), or until it streams from its primary (`replica`). @default either is enough */
  readonly role?: 'primary' | 'replica' | undefined
  /** How long to wait, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number | undefined
}

/** What was found when it was last asked. */
export type PostgresReadiness = Readiness

const args: z.ZodType<WaitForPostgresArgs, WaitForPostgresArgs> = z.strictObject({
  container: containerName,
  host: z.string().min(1),
  port: z.int().min(1).max(65535).optional(),
  role: z.enum(['primary', 'replica']).optional(),
  timeoutMs: z.int().positive().optional(),
})

/**
 * Waits until PostgreSQL accepts connections over TCP. Fails immediately if waiting cannot help: the container is missing,
 * stopped or paused, or keeps restarting.
 *
 * @dryRun Asks once with `pg_isready`, and does not wait: ok if PostgreSQL accepts connections, otherwise it would change; fails
 * where a real run would not wait. Unknown if an earlier task would make or restart the container. Later waits see it as
 * accepting; what the server answers is unknown to later tasks, if it has to wait.
 */
export const waitForPostgres = defineModule({
  name: 'wait_for_postgres',
  args,
  probe: (args) => ask(readiness, keyOf(args)),
  plan: (args, found) => {
    const { status } = found
    if (status === 'accepting') return { changes: [], because: 'accepts connections' }
    refuseVain(args, found)
    return {
      changes: [{ what: `PostgreSQL on ${serverName(args)}`, from: status, to: 'accepting' }],
      // Shown when the time is over.
      because: lastWords(args, found),
      leaves: [predict(readiness, keyOf(args), { status: 'accepting' })],
    }
  },
  apply: () => [],
  waits: ({ timeoutMs = 60_000 }) => ({ timeoutMs, delayMs: 500 }),
  // It changes nothing itself, but time passes: a database that could not be asked now can.
  touches: (args) => wholeServer(args),
})

const keyOf = ({ container, host, port = 5432, role }: WaitForPostgresArgs): string =>
  readinessKey({ container, host, port, role: role ?? 'any' })

/** Docker waits longer and longer before it restarts a container whose runs are shorter than this. */
const SHORT_RUN_SECONDS = 10
const MOST_RESTARTS = 3

/** @throws UserError E_POSTGRES_NOT_READY when it will not become ready by itself */
function refuseVain(args: WaitForPostgresArgs, found: Readiness): void {
  const { container: name } = args
  const { status, container, said = '' } = found
  const { exitCode = 0, restarts = 0, ranSeconds } = container ?? {}
  const fail = (message: string, hint = lastWords(args, found)): never => {
    throw new UserError('E_POSTGRES_NOT_READY', message, { hint })
  }
  switch (status) {
    case 'docker-unavailable':
      return fail(
        `Docker does not answer: ${said || 'the docker command is not installed'}`,
        'Install and start Docker before this task.',
      )
    case 'container-missing':
      return fail(`there is no container ${name}`, 'Create it before this task: docker(…).')
    case 'container-exited':
    case 'container-dead':
    case 'container-created':
      return fail(
        `container ${name} is not running (${status.slice('container-'.length)}, exit code ${exitCode})`,
      )
    case 'container-paused':
      return fail(`container ${name} is paused`, `Resume it on the host: docker unpause ${name}`)
    case 'not-a-replica':
      return fail(`PostgreSQL on ${serverName(args)} is a primary, and a replica was expected`)
    case 'container-restarting':
      if (restarts >= MOST_RESTARTS && ranSeconds !== undefined && ranSeconds < SHORT_RUN_SECONDS)
        fail(
          `container ${name} restarts again and again: ${restarts} times, and the last time it ran for ${ranSeconds.toFixed(1)} s`,
        )
  }
}

/** What the container said last, for people. */
function lastWords(
  { container: name }: WaitForPostgresArgs,
  { container, said }: Readiness,
): string | undefined {
  const health = container?.health && `Its health check says ${container.health}`
  const log = said && `The last lines of container ${name}:\n${said.replace(/^/gm, '  ')}`
  return [health, log].filter(Boolean).join('\n') || undefined
}
