import type { Install } from '../../shared/install.ts'
import { contentPayload } from '../../shared/payload.ts'
import { configPath } from './reader.ts'
import { type UpInterface, upInterface, wireguardArgs } from './args.ts'
import { configFile } from './config.ts'

export type Overlay = { readonly name: string; readonly up: Up | undefined }

export interface Up {
  readonly args: UpInterface
  readonly install: Install
}

export const args = wireguardArgs.transform((given): Overlay => {
  const name = given.interface
  const up = upInterface(given)
  if (up === undefined) return { name, up }
  const payload = contentPayload(configFile(up))
  return { name, up: { args: up, install: { dest: configPath(name), payload, ...ROOT_ONLY } } }
})

const ROOT_ONLY = { mode: '0600', owner: 'root', group: 'root' } as const
