import { LONGEST_READING, type SshOptions, readOptions } from './options.ts'

let asked: Promise<SshOptions | undefined> | undefined

/**
 * Asks this machine's ssh client for its defaults, once. What a config says is not understood without them: the client prints a list
 * of a config and a list of its own in the same way.
 */
export const askForDefaults = (): Promise<SshOptions | undefined> => (asked ??= ask())

const ask = (): Promise<SshOptions | undefined> =>
  readOptions({ alias: 'any', file: '/dev/null' }, AbortSignal.timeout(LONGEST_READING * 1000)).catch(
    () => undefined,
  )

/** What this machine's ssh client has for an option that no config sets. `undefined` where there is no ssh client. */
export async function defaultOption(name: string): Promise<string | undefined> {
  return (await askForDefaults())?.get(name)
}
