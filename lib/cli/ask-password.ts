import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { UserError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'

/** Asks for the sudo password without echo; reads one line when standard input is a pipe. Never stored. */
export async function askBecomePassword(): Promise<Secret> {
  const terminal = process.stdin.isTTY === true
  if (terminal) process.stderr.write('BECOME password: ')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal })
  const answer = await new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(undefined))
    lines.once('SIGINT', () => resolve(undefined))
  })
  lines.close()
  process.stdin.unref()
  if (terminal) process.stderr.write('\n')
  if (answer === undefined) throw new UserError('E_USAGE', 'no sudo password was given')
  return new Secret('become password', answer)
}
