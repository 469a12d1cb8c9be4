import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UnreachableError } from '../../../core/errors.ts'

/**
 * A private folder for one connection of OpenSSH's client: its control socket, its log, and what it asks the operator
 * with. The mode of a folder that mkdtemp makes is 0700.
 */
export interface Workplace {
  readonly folder: string
  readonly socket: string
  /** File for `ssh -E`: what a host says before the login is not in it. */
  readonly log: string
  /** How a line on standard error begins that is a question for the operator. No host can know it. */
  readonly question: string
  /** The same for something to be told. */
  readonly tell: string
  /** The last of what ssh itself said, also when the folder is gone. */
  said(): string
  remove(): Promise<void>
}

/** Characters that are left for the folder: the path of a socket has at most 104, and ssh adds 17 while it makes one. */
const LONGEST = 104 - '/rp-ssh-123456/s'.length - 17 - 1

/** As much as is kept of what ssh said. */
const KEPT = 8 * 1024

/**
 * Makes it in the first folder that will do: XDG_RUNTIME_DIR may be another user's, TMPDIR may have a long name, and /tmp
 * may be mounted with noexec.
 *
 * @param canAsk whether there is an operator to ask, for which ssh has to start a program
 * @throws UnreachableError E_CONNECT_FAILED when no folder will do
 */
export async function makeWorkplace(canAsk: boolean): Promise<Workplace> {
  const places = [process.env['XDG_RUNTIME_DIR'] ?? '', tmpdir(), '/tmp', '/var/tmp', '/dev/shm']
  const troubles: string[] = []
  for (const place of new Set(places.filter((name) => name.startsWith('/')))) {
    try {
      return await makeIn(place, canAsk)
    } catch (error) {
      troubles.push((error as Error).message)
    }
  }
  const what = "there is no folder for the socket of OpenSSH's own client"
  throw new UnreachableError('E_CONNECT_FAILED', `${what}: ${troubles.join('; ')}`, {
    hint: 'Set TMPDIR to a folder that you may write to.',
  })
}

async function makeIn(place: string, canAsk: boolean): Promise<Workplace> {
  if (Buffer.byteLength(place) > LONGEST) throw new Error(`the name of ${place} is too long for a socket`)
  const folder = await mkdtemp(join(place, 'rp-ssh-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const mark = randomBytes(16).toString('hex')
  const question = `${mark} question: `
  const tell = `${mark} tell: `
  try {
    await writeFile(join(folder, 'ask'), askProgram(question, tell), { mode: 0o700 })
    if (canAsk) await access(join(folder, 'ask'), constants.X_OK)
    await writeFile(join(folder, 'bridge.cjs'), BRIDGE)
    const log = join(folder, 'log')
    const { said, close } = readable(log)
    const removeAll = (): Promise<void> => {
      close()
      return remove()
    }
    return { folder, socket: join(folder, 's'), log, question, tell, said, remove: removeAll }
  } catch (error) {
    await remove()
    throw error
  }
}

/** A file of which the end can be read, also when it is closed and gone. */
function readable(path: string): { said: () => string; close: () => void } {
  const file = openSync(path, 'a+')
  let last: string | undefined
  const said = (): string => {
    if (last !== undefined) return last
    const bytes = Buffer.alloc(KEPT)
    const length = readSync(file, bytes, 0, KEPT, Math.max(0, fstatSync(file).size - KEPT))
    return bytes.toString('utf8', 0, length).replaceAll('\r', '').trim()
  }
  const close = (): void => {
    if (last !== undefined) return
    last = said()
    closeSync(file)
  }
  return { said, close }
}

/**
 * ssh starts this for a passphrase or a PIN. The question goes to standard error and the answer comes from the standard
 * input that ssh was started with: no file, no argument and no environment holds it. Another ssh, such as one in a
 * ProxyCommand, has another input, so that it gets no answer.
 */
const askProgram = (question: string, tell: string): string => `#!/bin/sh
[ "$PPID" = "$(cat "\${0%/*}/pid")" ] || exit 1
question=$(printf '%s' "$1" | tr '\\n' ' ')
case $SSH_ASKPASS_PROMPT in
confirm) exit 1 ;;
none) printf '${tell}%s\\n' "$question" >&2; exec sleep 600 ;;
esac
printf '${question}%s\\n' "$question" >&2
IFS= read -r answer || exit 1
printf '%s\\n' "$answer"
`

/** Connects ssh to a stream of ours: to a jump host that we are logged in to. */
const BRIDGE = `const socket = require('node:net').connect(process.argv[2])
process.stdin.pipe(socket).pipe(process.stdout)
socket.on('close', () => process.exit())
socket.on('error', () => process.exit(1))
`
