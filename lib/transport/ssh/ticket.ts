import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { promisify } from 'node:util'

/** Milliseconds that klist may take: the service that keeps the tickets may hang. */
const LONGEST_MS = 5000

let asked: Promise<boolean> | undefined

/** Whether Kerberos has a ticket that GSSAPI could log in with: some systems have GSSAPIAuthentication on for everybody. */
export function hasTicket(): Promise<boolean> {
  asked ??= promisify(execFile)('klist', ['-s'], { timeout: LONGEST_MS, killSignal: 'SIGKILL' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' && existsSync(cacheFile()),
  )
  return asked
}

const cacheFile = (): string =>
  (process.env['KRB5CCNAME'] ?? `/tmp/krb5cc_${userInfo().uid}`).replace(/^FILE:/, '')
