import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { loadInventory, loadPlaybook, packageRoot, playbookNames } from './load.ts'
import { shapeOf } from '../playbook/schema-shape.ts'
import { type CliOptions, readCommandLine } from './options.ts'

/** The command. Returns the exit status; the one place that prints errors found before a run. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const names = () => `\nPlaybooks here: ${playbookNames().join(', ')}\n`
    const { playbook, options, exit } = readCommandLine(argv, version(), names)
    return exit ?? (await run(playbook, options))
  } catch (error) {
    process.stderr.write(explain(error))
    return 1
  }
}

async function run(name: string, options: CliOptions): Promise<number> {
  // Loaded only now: --help must not pay for SSH.
  const { prepare } = await import('../engine/run/prepare.ts')
  const { openSecrets } = await import('../secrets/index.ts')
  const { parseExtraVars } = await import('./extra-vars.ts')
  const { findStateDir } = await import('./state-dir.ts')
  const [playbook, inventory] = await Promise.all([loadPlaybook(name), loadInventory(options.inventory)])
  if (options.sshConfig !== undefined && !existsSync(options.sshConfig))
    throw new UserError('E_USAGE', `there is no ssh config ${options.sshConfig}`, {
      hint: 'It was named by --ssh-config or RUN_PLAYBOOK_SSH_CONFIG.',
    })
  const stateDir = findStateDir(options.inventory, options.sshConfig, process.env)
  const request = {
    name,
    playbook,
    inventory,
    limit: options.limit,
    selection: { tags: options.tags, skipTags: options.skipTags },
    extraVars: parseExtraVars(options.extraVars, [
      shapeOf(playbook.vars) ?? {},
      shapeOf(inventory.schema) ?? {},
    ]),
    secrets: await openSecrets({ stateDir }),
    stateDir,
  }
  if (options.listHosts || options.listTasks || options.listTags) {
    const { listing } = await import('./list.ts')
    const what = { hosts: options.listHosts, tasks: options.listTasks, tags: options.listTags }
    process.stdout.write(listing(prepare(request), what))
    return 0
  }
  const { execute } = await import('./execute.ts')
  return execute(request, options)
}

function version(): string {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return `run-playbook: ${String(error)}\n`
  const code = (error as { code?: unknown }).code
  const known = error instanceof UserError || (typeof code === 'string' && /^E_[A-Z_]+$/.test(code))
  if (!known)
    return `run-playbook: ${error.stack ?? error.message}\nThis looks like a fault in run-playbook itself. Please report it.\n`
  const { at, hint } = error as UserError
  const lines = [`run-playbook: ${error.message}`]
  if (at !== undefined) lines.push(`  at ${at}`)
  if (hint !== undefined) lines.push(`  ${hint}`)
  return `${lines.join('\n')}\n`
}
