import { existsSync } from 'node:fs'
import { UserError } from '../core/errors.ts'
import type { RunRequest } from '../engine/run/prepare.ts'
import type { Inventory } from '../playbook/inventory.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { privateVars } from '../playbook/prompt.ts'
import { openSecrets } from '../secrets/index.ts'
import { parseExtraVars } from './extra-vars.ts'
import type { HostOptions } from './shared-options.ts'
import { findStateDir, surroundings } from './state-dir.ts'
import { varSchemas } from '../playbook/vars.ts'

interface Parts {
  readonly name: string
  readonly playbook: Playbook
  readonly inventory: Inventory
  readonly inventoryFile: string
  readonly options: HostOptions & {
    readonly tags?: readonly string[]
    readonly skipTags?: readonly string[]
    readonly startAtTask?: string
    readonly resume?: boolean
  }
}

/** What to run, from what was typed. @throws UserError */
export async function requestFor({
  name,
  playbook,
  inventory,
  inventoryFile,
  options,
}: Parts): Promise<RunRequest> {
  if (options.sshConfig !== undefined && !existsSync(options.sshConfig))
    throw new UserError('E_USAGE', `there is no ssh config ${options.sshConfig}`, {
      hint: 'Check the path of --ssh-config, or RUN_PLAYBOOK_SSH_CONFIG.',
    })
  const stateDir = findStateDir(inventoryFile, options.sshConfig, process.env)
  return {
    name,
    playbook,
    inventory,
    limit: options.limit,
    selection: { tags: options.tags ?? [], skipTags: options.skipTags ?? [] },
    extraVars: parseExtraVars(
      options.extraVars,
      [varSchemas(playbook.vars), varSchemas(inventory.schema)],
      privateVars(playbook.prompts),
    ),
    secrets: await openSecrets({ stateDir, ...surroundings(inventoryFile, options, process.env) }),
    stateDir,
    startAtTask: options.startAtTask,
    resume: options.resume,
  }
}
