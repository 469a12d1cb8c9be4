import { describeBusy, describeTrouble } from '../status/connection-trouble.ts'
import type { Status } from '../status/schema.ts'
import type { Answer, ContainerState } from './answer.ts'

type Trouble = Pick<Status['postgres'], 'up' | 'state' | 'reason'>

/** Why PostgreSQL said nothing: the outermost reason, for it is the one to mend first. */
export function whySilent({ facts, containers, complaints }: Answer): Trouble {
  const docker = facts.get('docker')
  const container = containers.get('postgres')
  const words = facts.get('words') || undefined
  if (docker !== undefined) return unreachable(DOCKER[docker] ?? notAnswering(docker))
  if (container === undefined)
    return unreachable(
      facts.get('disk') === 'none'
        ? 'there is no PostgreSQL on this node yet'
        : 'the container postgres does not exist',
    )
  const fatal = facts.get('fatal')?.replace(/^(FATAL|PANIC): */, '')
  const because = fatal === undefined || container.ExitCode === 0 ? '' : `: ${fatal}`
  const stopped = describeContainer('postgres', container)
  if (stopped !== undefined) return unreachable(`${stopped}${because}`)
  // The entrypoint's own words: why it does not let PostgreSQL start.
  if (words !== undefined) return { up: false, state: 'refusing', reason: words }
  if (facts.get('ended') === '124') return unreachable('PostgreSQL does not answer in time')
  const error = asError(complaints)
  const busy = describeBusy(error)
  const trouble = describeTrouble(error)
  return busy === undefined
    ? {
        up: false,
        ...trouble,
        reason: `${trouble.reason}${trouble.state === 'unreachable' && fatal !== undefined ? `: ${fatal}` : ''}`,
      }
    : { up: true, state: 'running', reason: busy }
}

const DOCKER: Readonly<Record<string, string>> = {
  missing: 'Docker is not installed',
  down: 'Docker is not running',
}

// `hangs`, or what it complains of when it is to start a program in a container. The containers go on without it.
function notAnswering(docker: string): string {
  const [, seconds] = /^slow (\d+)$/.exec(docker) ?? []
  if (seconds !== undefined)
    return `This host is slow: docker exec takes ${seconds} s, so it is not known whether PostgreSQL runs`
  const [, complaint = 'no answer in time'] = /^exec (.+)/.exec(docker) ?? []
  return `Docker does not answer, so it is not known whether PostgreSQL runs: ${complaint}`
}

const unreachable = (reason: string): Trouble => ({ up: false, state: 'unreachable', reason })

/** Why a container does no work; undefined when it runs. */
export function describeContainer(name: string, state: ContainerState | undefined): string | undefined {
  if (state === undefined) return `the container ${name} does not exist`
  const { Status, ExitCode, Error: error } = state
  if (Status === 'running') return undefined
  if (Status === 'exited' || Status === 'dead')
    return `the container ${name} is stopped (exit status ${ExitCode}${error === '' ? '' : `: ${error}`})`
  if (Status === 'restarting') return `the container ${name} keeps restarting (exit status ${ExitCode})`
  return `the container ${name} is ${Status}`
}

/** psql says it in English; the status service has it from the protocol. */
function asError(text: string): Error {
  const code = CODES.find(([pattern]) => pattern.test(text))?.[1]
  const message = /(?:FATAL|ERROR): +(.*)/.exec(text)?.[1] ?? text.split('\n')[0] ?? ''
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}

const CODES: readonly (readonly [RegExp, string])[] = [
  [/is (starting up|shutting down)|not (yet )?accepting connections|in recovery mode/, '57P03'],
  [/terminating connection due to administrator/, '57P01'],
  [/too many clients|remaining connection slots/, '53300'],
  [/canceling statement due to statement timeout/, '57014'],
  [/No such file or directory/, 'ENOENT'],
  [/Connection refused/, 'ECONNREFUSED'],
]
