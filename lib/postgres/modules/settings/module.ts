import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Step, defineModule } from '../../../core/module.ts'
import type { Resource } from '../../../core/resource.ts'
import { containers } from '../../../modules/docker/shared/kinds.ts'
import { sql } from '../../channel.ts'
import { wholeServer } from '../../resources.ts'
import { type PostgresSettingsArgs, args } from './args.ts'
import { type Settings, lastChange, settingsReader } from './reader.ts'
import { restartSteps } from './restart.ts'

/**
 * Makes the running server use its configuration files: reloads them if a file has changed, and restarts the container if a
 * setting requires a restart. If a file contains an error, the task fails and does neither.
 *
 * @dryRun Asks PostgreSQL whether its files have changed since it read them, which settings need a restart, and which lines are
 * wrong: these fail. Unknown if an earlier task would change any file of the host, because PostgreSQL reads the files itself.
 * Later `postgresSettings` tasks see them in effect, unless `restartLater` is true; what else the server answers is unknown.
 */
export const postgresSettings = defineModule({
  name: 'postgres_settings',
  args,
  probe: ({ on }) => settingsReader.ask(on, 'running'),
  plan: (args, settings) => {
    const { stale, errors, ...found } = settings ?? UP_TO_DATE
    const restart = args.restartLater === true ? [] : found.restart
    if (errors.length > 0) throw mistakes(errors)
    if (restart.length > 0 && args.container === undefined)
      throw needsRestart(restart.map(({ name }) => name))
    const changes: Change[] = [
      ...(stale ? [{ what: 'configuration', from: 'changed since it was read', to: 'in effect' }] : []),
      ...restart.map(({ name, running, configured }) => ({
        what: name,
        from: running,
        to: configured ?? 'default',
      })),
    ]
    // Reloading may be what shows that a setting needs a restart: nobody knows before.
    const leaves = args.restartLater === true ? [] : [settingsReader.predict(args.on, 'running', UP_TO_DATE)]
    return { changes, leaves, because: 'what the files say is in effect' }
  },
  apply: (args, settings) =>
    needed(settings) && args.restartLater !== true ? restartSteps(args) : reloading(args),
  touches: (args, settings) => [...wholeServer(args.on), ...restartTouches(args, settings)],
})

const UP_TO_DATE: Settings = { stale: false, restart: [], errors: [] }

// Before the state is known it may be a restart.
function restartTouches(
  { container, restartLater }: PostgresSettingsArgs,
  settings: Settings | null | undefined,
): Resource[] {
  const restarts = settings === undefined || needed(settings)
  if (container === undefined || restartLater === true || !restarts) return []
  return [containers.at(container)]
}

const needed = (settings: Settings | null): boolean => (settings?.restart.length ?? 0) > 0

// Not within the second of the last change: the next look could not tell which of the two came first.
function reloading({ on }: PostgresSettingsArgs): Step[] {
  const settle = `SELECT pg_sleep(least(1.1, greatest(0, extract(epoch FROM ${lastChange()} + interval '1.05 s' - clock_timestamp()))))`
  // The signal goes round by way of the postmaster; until it has come back this session would still say "not loaded".
  return [settle, 'SELECT pg_reload_conf()', 'SELECT pg_sleep(0.5)'].map((text) => sql(text, on))
}

function mistakes(errors: readonly string[]): UserError {
  const message = `PostgreSQL rejects its configuration files:\n${errors.join('\n')}`
  return new UserError('E_POSTGRES_CONFIG', message, {
    hint: 'Correct the files and run the playbook again. Until then, the server keeps its previous settings.',
  })
}

function needsRestart(names: readonly string[]): UserError {
  return new UserError(
    'E_POSTGRES_RESTART',
    `PostgreSQL must be restarted for ${names.join(', ')} to take effect`,
    {
      hint: 'Set `container` in the task, so that it restarts PostgreSQL, or restart PostgreSQL yourself.',
    },
  )
}
