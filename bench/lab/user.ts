import { execFileSync } from 'node:child_process'
import { appendFileSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Who logs in at the hosts. */
export interface User {
  readonly name: string
  readonly uid: number
}

const UID = 61_777

/** Makes a user that only these namespaces have, with a plain shell and without start-up files. */
export function makeUser(dir: string): User {
  mkdirSync('/run/sshd', { recursive: true })
  const home = join(dir, 'home')
  mkdirSync(home)
  chownSync(home, UID, UID)
  // All of /etc: a mount on a single file is gone when another program replaces the file below it.
  const etc = join(dir, 'etc')
  execFileSync('cp', ['-a', '/etc', etc])
  appendFileSync(join(etc, 'passwd'), `bench:*:${UID}:${UID}::${home}:/bin/sh\n`)
  execFileSync('mount', ['--bind', etc, '/etc'])
  return { name: 'bench', uid: UID }
}
