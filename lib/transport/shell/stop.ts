import { UserError } from '../../core/errors.ts'
import { scrub } from '../../core/secret.ts'
import { byteReader } from './byte-reader.ts'
import { type Channel, endOf, tailOf } from '../channel.ts'
import { Deadline } from './deadline.ts'
import { MOST_NOISE, newNonce } from './shell.ts'
import { packProgram, stopProgram } from './program.ts'

/**
 * Makes the stop file that the shells of a connection look for before each step.
 *
 * @param channel of its own, as the login user. The file is there as long as it is open; see `shell/stop.sh`
 * @param patience milliseconds that the host may take
 * @returns removes it
 * @throws UserError E_CHANNEL_FAILED
 */
export async function makeStopFile(
  channel: Channel,
  stopFile: string,
  host: string,
  patience: number,
): Promise<() => Promise<void>> {
  const nonce = newNonce()
  const stderr = tailOf(channel.stderr)
  const deadline = new Deadline(() => channel.destroy())
  const reader = byteReader(channel.stdout)
  deadline.allow(patience)
  try {
    channel.stdin.write(packProgram(stopProgram(nonce, stopFile), nonce))
    await reader.skipPast(`\n${nonce} stopped\n`, MOST_NOISE)
  } catch (cause) {
    await endOf(channel)
    channel.destroy()
    const why = [deadline.missed ?? channel.end().how, scrub(stderr())].filter(Boolean).join(': ')
    throw new UserError('E_CHANNEL_FAILED', `${host} could not be told to stop: ${why}`, {
      hint: 'Commands that were already sent to the host may still be running.',
      cause,
    })
  } finally {
    deadline.clear()
  }
  return async () => {
    const timer = setTimeout(() => channel.destroy(), REMOVE_TIMEOUT)
    channel.stdin.end('\n')
    await reader.skip().catch(() => {})
    clearTimeout(timer)
  }
}

const REMOVE_TIMEOUT = 2000
