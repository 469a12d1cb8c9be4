import * as z from '../../../core/lazy-zod.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import { containers } from '../../../modules/docker/shared/kinds.ts'
import { wholeServer } from '../../resources.ts'
import { type ContainerState, parseContainerState } from './container-state.ts'
import { READINESS } from './readiness-script.ts'

/** What a server answers that is asked whether it is ready. Only the first is the end of a wait. */
export const READINESS_STATES = [
  'accepting',
  'rejecting',
  'silent',
  'in-recovery',
  'not-streaming',
  'not-a-replica',
  'docker-unavailable',
  'container-missing',
  'container-created',
  'container-restarting',
  'container-paused',
  'container-removing',
  'container-exited',
  'container-dead',
] as const

/** How ready a server is, and why it is not. */
export interface Readiness {
  readonly status: (typeof READINESS_STATES)[number]
  /** What Docker says of a container whose server is not ready. */
  readonly container?: ContainerState | undefined
  /** The last lines that the container printed, or what Docker complains of. */
  readonly said?: string | undefined
}

/** Which server is asked, and what it has to be. */
export interface ReadinessQuestion {
  readonly container: string
  readonly host: string
  readonly port: number
  readonly role: 'primary' | 'replica' | 'any'
}

/** The key is a {@link ReadinessQuestion} as JSON. */
export const readiness: Reader<Readiness> = readerOfOne({
  name: 'postgres_readiness',
  ask: (key) => {
    const { container, host, port, role } = parseQuestion(key)
    return `${READINESS}
status=$(${sh`readiness ${container} ${host} ${port} ${role}`})
echo "$status"
${sh`why_not ${container}`} "$status"`
  },
  parse: ({ stdout }) => {
    const [word = '', ...rest] = stdout.toString().split('\n')
    const status = READINESS_STATES.find((state) => state === word)
    if (status === undefined) throw new Error(`unexpected answer about PostgreSQL: ${word || 'nothing'}`)
    return status === 'accepting' ? { status } : { status, ...parseContainerState(rest) }
  },
  sees: (key) => {
    const { container, host, port } = parseQuestion(key)
    return [containers.at(container), ...wholeServer({ host, port })]
  },
})

/** One spelling for a question, so that two tasks that ask the same share the answer. */
export const readinessKey = ({ container, host, port, role }: ReadinessQuestion): string =>
  JSON.stringify({ container, host, port, role })

const question = z.object({
  container: z.string(),
  host: z.string(),
  port: z.number(),
  role: z.enum(['primary', 'replica', 'any']),
})

const parseQuestion = (key: string): ReadinessQuestion => question.parse(JSON.parse(key))
