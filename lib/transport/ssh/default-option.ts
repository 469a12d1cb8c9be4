import { type SshOptions, readOptions } from './options.ts'

let asked: Promise<SshOptions | undefined> | undefined

/** What this machine's ssh client has for an option that no config sets. `undefined` where there is no ssh client. */
export async function defaultOption(name: string): Promise<string | undefined> {
  asked ??= readOptions({ alias: 'any', file: '/dev/null' }).catch(() => undefined)
  return (await asked)?.get(name)
}
