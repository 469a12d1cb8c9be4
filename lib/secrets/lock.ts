import { randomBytes } from 'node:crypto'
import { lstatSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../core/errors.ts'

/** Work under the lock takes milliseconds. An older one belongs to a machine that is gone, or to a recycled pid. */
const STALE_AFTER_MS = 20_000
const GIVE_UP_AFTER_MS = 30_000

/**
 * Runs `work` while no other run does so with the same lock, waiting for the other up to half a minute.
 *
 * The lock is a symbolic link whose target names its holder: made in one system call, so there is no moment at which
 * it exists without saying whose it is. One that a killed run left behind is taken over.
 *
 * @param work gets a function that throws when the lock is no longer ours (this process slept so long that it was
 *   taken for dead); to be called right before what can't be undone
 * @throws UserError E_SECRETS_BUSY
 */
export async function withLock<T>(path: string, work: (assertHeld: () => void) => Promise<T>): Promise<T> {
  const self = `${hostname()}:${process.pid}:${randomBytes(6).toString('hex')}`
  await acquire(path, self)
  try {
    return await work(() => {
      if (holderOf(path) !== self) throw busy(path, holderOf(path) ?? 'nobody')
    })
  } finally {
    if (holderOf(path) === self) rmSync(path, { force: true })
  }
}

async function acquire(path: string, self: string): Promise<void> {
  const deadline = performance.now() + GIVE_UP_AFTER_MS
  while (!tryLink(self, path)) {
    const holder = holderOf(path)
    if (holder === undefined) continue
    if (isStale(path, holder)) {
      // Looked at again, so that of two runs that judged it stale the second doesn't remove the first one's new lock.
      if (holderOf(path) === holder) rmSync(path, { force: true })
    } else if (performance.now() > deadline) {
      throw busy(path, holder)
    } else {
      await sleep(10 + Math.random() * 20)
    }
  }
}

function tryLink(target: string, path: string): boolean {
  try {
    symlinkSync(target, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function holderOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isStale(path: string, holder: string): boolean {
  const since = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
  if (Date.now() - since > STALE_AFTER_MS) return true
  const [host, pid] = holder.split(':')
  return host === hostname() && !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function busy(path: string, holder: string): UserError {
  return new UserError('E_SECRETS_BUSY', `another run holds ${path} (${holder})`, {
    hint: 'Wait for it to end, then run again. If no run is active, remove that file.',
  })
}
