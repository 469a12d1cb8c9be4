import { type Module, type Plan, defineModule } from '../../../core/module.ts'
import { ask, predict } from '../../../core/probe.ts'
import { EVERYTHING, type Resource, paths } from '../../../core/resource.ts'
import { served } from '../../shared/served.ts'
import { type WaitForArgs, args } from './args.ts'
import { type Condition, type WaitForState, condition, conditionKey } from './reader.ts'

/**
 * Waits until a port, a file or a process of the host is there, or until it is gone. It changes nothing, and is reported as ok. Ports are tried
 * with bash, or with nc on hosts that have no bash.
 *
 * As in Ansible, a port is tried on 127.0.0.1 unless `host` says otherwise, and `searchRegex` reads a file, or what a server says by
 * itself. Unlike in Ansible, times are in milliseconds; it also waits for processes; `delay` and a task with a time alone are `pause`. If the time is over, the
 * task fails with what was found last.
 *
 * @dryRun Looks once, and does not wait: ok if it is so already, otherwise it would change. After an earlier task that would
 * change something, it is unknown, or would change if it is not so today. A later task that waits for the same is ok, except
 * with `searchRegex`; what servers answer is unknown to later tasks, with `path` only what lies below it, and everything if it
 * waits for the end of a process.
 *
 * @throws UserError E_WAIT_TIMEOUT, E_NO_NC
 *
 * @example
 * waitFor('app accepts connections', { port: 8080 })
 *
 * @example
 * waitFor('app has started', { path: '/var/log/app.log', searchRegex: /^Started in (\d+) ms$/, timeoutMs: 60_000 })
 *
 * @example
 * waitFor('nobody is connected', { port: 8080, host: '0.0.0.0', state: 'drained', excludeHosts: ['10.0.0.7'] })
 *
 * @example
 * waitFor('the import has ended', { process: /python3 .*import\.py/, state: 'stopped' })
 */
export const waitFor: Module<WaitForArgs, WaitForState> = defineModule<
  WaitForArgs,
  WaitForArgs,
  WaitForState
>({
  name: 'wait_for',
  args,
  ansible: {
    msg: 'message',
    timeout: 'timeoutMs, in milliseconds',
    sleep: 'sleepMs, in milliseconds',
    connect_timeout: 'connectTimeoutMs, in milliseconds',
  },
  probe: (given) => ask(condition, keyOf(given)),
  plan,
  apply: () => [],
  touches,
  waits: ({ timeoutMs = 300_000, sleepMs }) => ({ timeoutMs, delayMs: sleepMs }),
})

const isWanted = ({ state = 'started' }: WaitForArgs): boolean => state === 'started' || state === 'present'

function plan(given: WaitForArgs, { found, is }: WaitForState): Plan {
  const wanted = isWanted(given)
  const { what, there, gone } = wordsOf(given)
  if (found === wanted) return { changes: [], because: `${what} is ${is}` }
  const to = wanted ? there : gone
  return {
    changes: [{ what, from: is, to }],
    // Shown when the time is over.
    because: given.message,
    // What matches a pattern is not known before.
    leaves:
      given.searchRegex === undefined ? [predict(condition, keyOf(given), { found: wanted, is: to })] : [],
  }
}

function wordsOf({ port, host = '127.0.0.1', path, process, state, searchRegex }: WaitForArgs) {
  if (path !== undefined)
    return searchRegex === undefined
      ? { what: path, there: 'present', gone: 'absent' }
      : { what: `${searchRegex} in ${path}`, there: 'found', gone: 'absent' }
  if (process !== undefined) return { what: `process ${process}`, there: 'running', gone: 'not running' }
  const what = `port ${port} of ${host}`
  if (state === 'drained') return { what, there: '1 connection', gone: '0 connections' }
  return searchRegex === undefined
    ? { what, there: 'open', gone: 'closed' }
    : { what: `${searchRegex} from ${what}`, there: 'found', gone: 'not heard' }
}

const DEFAULT_CONNECT_MS = 5000

function keyOf(given: WaitForArgs): string {
  const { port, host = '127.0.0.1', path, process, state, searchRegex } = given
  const { excludeHosts, activeConnectionStates, connectTimeoutMs = DEFAULT_CONNECT_MS } = given
  const asked: Condition = {
    port,
    host,
    path,
    ...(typeof process === 'string' ? { name: process } : { commandLine: patternOf(process) }),
    drained: state === 'drained',
    search: patternOf(searchRegex),
    states: activeConnectionStates && [...activeConnectionStates],
    excludeHosts: excludeHosts && [...excludeHosts],
    seconds: Math.ceil(connectTimeoutMs / 1000),
  }
  return conditionKey(asked)
}

const patternOf = (pattern: RegExp | undefined): { source: string; flags: string } | undefined =>
  pattern && { source: pattern.source, flags: pattern.flags }

/** What was asked before it was so says nothing any more. */
function touches({ path, process, ...given }: WaitForArgs): readonly Resource[] {
  if (path !== undefined) return [paths.below(path)]
  return process === undefined || isWanted(given) ? [served.all] : [EVERYTHING]
}
