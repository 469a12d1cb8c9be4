import { spawnSync } from 'node:child_process'

/** What a command prints, with its errors; undefined where it is missing or fails. */
export function printed(program: string, ...args: string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? `${stdout}${stderr}` : undefined
}

/** The first number with dots in a text. */
export const versionIn = (text: string | undefined): string | undefined =>
  text?.match(/\d+(\.\d+)+\S*?(?=[\s\],]|$)/)?.[0]
