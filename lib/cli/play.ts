import { loadInventory, loadPlaybook } from './load.ts'
import { UserError } from '../core/errors.ts'
import type { RunRequest } from '../engine/run/prepare.ts'
import { COMMAND_NAMES, type CliSession } from './command.ts'
import { type CliOptions, readCommandLine } from './options.ts'
import { playbooksText } from './playbooks-text.ts'
import { findInventory } from './project.ts'

/** `run-playbook <playbook>`. */
export async function play(argv: readonly string[], session: CliSession): Promise<number> {
  const names = () => `\n${playbooksText()}\n`
  const { playbook, options, print } = readCommandLine(argv, session.version, names)
  if (COMMAND_NAMES.includes(playbook))
    throw new UserError('E_USAGE', `${playbook} is a command. Write it first: run-playbook ${playbook} …`, {
      hint: 'To run a playbook of that name, give its path.',
    })
  if (print === undefined) return run(playbook, options, session)
  process.stdout.write(print(playbook === '' ? '' : await aboutPlaybook(playbook, options)))
  return 0
}

async function aboutPlaybook(name: string, options: CliOptions): Promise<string> {
  const { playbookHelp } = await import('./playbook-help.ts')
  const playbook = await loadPlaybook(name)
  const inventory = await loadInventory(options.inventory).catch(() => undefined)
  const { isTTY, columns } = process.stdout
  return playbookHelp(playbook, inventory, isTTY ? columns : undefined)
}

async function run(name: string, options: CliOptions, session: CliSession): Promise<number> {
  const { outlet } = session
  outlet.openReports({ verbosity: options.verbose, check: options.check })
  // Loaded only now: --help must not pay for SSH.
  const { prepare } = await import('../engine/run/prepare.ts')
  const { requestFor } = await import('./request.ts')
  const inventoryFile = findInventory(options.inventory)
  const [playbook, inventory] = await Promise.all([loadPlaybook(name), loadInventory(options.inventory)])
  const request = await requestFor({ name, playbook, inventory, inventoryFile, options })
  if (options.listHosts || options.listTasks || options.listTags) {
    const { listed, listing } = await import('./list.ts')
    const what = { hosts: options.listHosts, tasks: options.listTasks, tags: options.listTags }
    const prepared = prepare(await withoutAsking(request))
    outlet.print(
      () => listing(prepared, what),
      () => listed(prepared, what),
    )
    return 0
  }
  const { execute } = await import('./execute.ts')
  return execute(await withAnswers(request, session.stop), options, session)
}

async function withAnswers(request: RunRequest, stop: AbortSignal): Promise<RunRequest> {
  if (request.playbook.prompts === undefined) return request
  const { askVars } = await import('./ask-vars.ts')
  const answers = await askVars(request.playbook, request.extraVars, { stop })
  return { ...request, extraVars: { ...request.extraVars, ...answers } }
}

async function withoutAsking(request: RunRequest): Promise<RunRequest> {
  if (request.playbook.prompts === undefined) return request
  const { notAsked } = await import('./ask-vars.ts')
  const vars = notAsked(request.playbook, request.extraVars)
  return { ...request, extraVars: { ...request.extraVars, ...vars } }
}
