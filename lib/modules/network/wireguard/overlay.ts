import type { Install } from '../../shared/install.ts'
import { contentPayload } from '../../shared/payload.ts'
import { configPath } from './reader.ts'
import { type WireguardArgs, wireguardArgs } from './args.ts'
import { configFile } from './config.ts'

export type Overlay = { readonly name: string; readonly up: Up | undefined }

export interface Up {
  readonly args: WireguardArgs
  readonly install: Install
}

export const args = wireguardArgs.transform((args): Overlay => {
  const name = args.interface
  if (args.state === 'absent') return { name, up: undefined }
  const payload = contentPayload(configFile(args))
  return { name, up: { args, install: { dest: configPath(name), payload, ...ROOT_ONLY } } }
})

const ROOT_ONLY = { mode: '0600', owner: 'root', group: 'root' } as const
