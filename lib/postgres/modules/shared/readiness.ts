import { z } from 'zod'
import type { Reader } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import { READINESS } from './readiness-script.ts'

/** What was found when knocking. Only the first is the end of a wait. */
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

export type Readiness = (typeof READINESS_STATES)[number]

/** Whom to ask for what. */
export interface Knock {
  readonly container: string
  readonly host: string
  readonly port: number
  readonly role: 'primary' | 'replica' | 'any'
}

/** The key is a {@link Knock} as JSON. */
export const readiness: Reader<Readiness> = {
  name: 'postgres_readiness',
  channel: 'shell',
  ask: (keys) => [READINESS, ...keys.map((key) => `readiness ${words(parseKnock(key))}`)].join('\n'),
  parse: ({ stdout }, keys) => {
    const lines = stdout.toString().split('\n')
    return keys.map((_, i) => {
      const found = READINESS_STATES.find((state) => state === lines[i])
      return found ?? new Error(`unexpected answer about PostgreSQL: ${lines[i] ?? 'nothing'}`)
    })
  },
  sees: (key) => {
    const { container, host, port } = parseKnock(key)
    return [`docker:container/${container}/**`, `postgres:/${host}:${port}/**`]
  },
}

/** The arguments of the `readiness` shell function. */
export const words = ({ container, host, port, role }: Knock): string => sh`${[container, host, port, role]}`

/** One spelling for a knock, so that two tasks that ask the same share the answer. */
export const knockKey = ({ container, host, port, role }: Knock): string =>
  JSON.stringify({ container, host, port, role })

const knock = z.object({
  container: z.string(),
  host: z.string(),
  port: z.number(),
  role: z.enum(['primary', 'replica', 'any']),
})

const parseKnock = (key: string): Knock => knock.parse(JSON.parse(key))
