import { execFile } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Deadline } from './connect-deadline.ts'

/** Node.js asks for no more names than that at a time, and cannot stop asking: the next ones wait. */
const MOST_AT_ONCE = 2

/** Milliseconds in which a name is known, unless its server does not answer. */
const QUICK = 500

let asking = 0

/**
 * The addresses of a name, as ssh finds them, best first. A name that no server answers for holds up no other one: what is
 * not known at once is asked for by a process of its own (`getent`, where there is one), which ends with the deadline.
 *
 * @param family 0 for both
 * @throws an error with the code ENOTFOUND or EAI_AGAIN, or the reason of the deadline
 */
export async function addressesOf(
  host: string,
  family: 0 | 4 | 6,
  deadline: Deadline,
): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  const own = asking < MOST_AT_ONCE ? ask(host, family) : undefined
  // What it comes to later is of no interest to anybody.
  own?.catch(() => {})
  const soon = own && (await deadline.race(Promise.race([own, sleep(QUICK, undefined, { ref: false })])))
  if (soon !== undefined) return soon
  const other = await askByProgram(host, family, deadline)
  return other ?? deadline.race(own ?? ask(host, family))
}

async function ask(host: string, family: 0 | 4 | 6): Promise<string[]> {
  asking += 1
  try {
    const found = await lookup(host, { all: true, family, order: 'verbatim' })
    return found.map(({ address }) => address)
  } finally {
    asking -= 1
  }
}

/** @returns undefined where there is no such program */
async function askByProgram(
  host: string,
  family: 0 | 4 | 6,
  deadline: Deadline,
): Promise<string[] | undefined> {
  const database = family === 0 ? 'ahosts' : `ahostsv${family}`
  const program = execFile('getent', [database, host])
  let printed = ''
  program.stdout?.on('data', (text: string) => (printed += text))
  const ended = new Promise<number | null | undefined>((resolve) => {
    program.once('error', () => resolve(undefined))
    program.once('close', (code) => resolve(code))
  })
  const code = await deadline.race(ended).finally(() => program.kill('SIGKILL'))
  // 2 is an answer: there is no such name. With others it does not know the question.
  if (code !== 0 && code !== 2) return undefined
  const found = new Set(Array.from(printed.matchAll(/^\S+/gm), ([address]) => address))
  if (found.size > 0) return [...found]
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
}
