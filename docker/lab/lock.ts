import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { machineDir } from './machine.ts'
import { until } from './run.ts'

const lockFile = join(machineDir, 'lock')

/** Two labs that start at the same moment must not both install the engine or build the same image. */
export async function withMachineLock<T>(work: () => Promise<T>): Promise<T> {
  await until(`another lab holds ${lockFile}`, 15 * 60_000, take)
  try {
    return await work()
  } finally {
    await rm(lockFile, { force: true })
  }
}

async function take(): Promise<true | undefined> {
  // Each time, because the lab that held the lock may have been the last one, and have removed the folder.
  await mkdir(machineDir, { recursive: true })
  try {
    await writeFile(lockFile, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const holder = Number(await readFile(lockFile, 'utf8').catch(() => ''))
  // A holder that was killed leaves the file behind; an empty one is being written right now.
  if (holder > 0 && !isAlive(holder)) await rm(lockFile, { force: true })
  return undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
