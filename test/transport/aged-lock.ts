import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

/** Makes the last sign of whoever has a lock so many seconds older. */
export function ageLock(path: string, seconds: number): void {
  const [run = '', at, ...owner] = readFileSync(path, 'utf8').split('\n')[0]?.split(' ') ?? []
  const file = openSync(path, 'r+')
  writeSync(file, [run, Number(at) - seconds, ...owner].join(' ') + '\n')
  closeSync(file)
}

/** When whoever has a lock gave the last sign, in seconds of the host's uptime. */
export const lastSign = (path: string): number => Number(readFileSync(path, 'utf8').split(' ')[1])
