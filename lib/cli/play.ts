import { loadInventory, loadPlaybook } from './load.ts'
import { UserError } from '../core/errors.ts'
import { type RunRequest, prepare } from '../engine/run/prepare.ts'
import { askVars, notAsked } from './ask-vars.ts'
import { execute } from './execute.ts'
import { listed, listing } from './list.ts'
import { playbookHelp } from './playbook-help.ts'
import { requestFor } from './request.ts'
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
  const playbook = await loadPlaybook(name)
  const inventory = await loadInventory(options.inventory).catch(() => undefined)
  const { isTTY, columns } = process.stdout
  return playbookHelp(playbook, inventory, isTTY ? columns : undefined)
}

async function run(name: string, options: CliOptions, session: CliSession): Promise<number> {
  const { outlet } = session
  outlet.openReports({ verbosity: options.verbose, check: options.check })
  const inventoryFile = findInventory(options.inventory)
  const [playbook, inventory] = await Promise.all([loadPlaybook(name), loadInventory(options.inventory)])
  const request = await requestFor({ name, playbook, inventory, inventoryFile, options })
  if (options.listHosts || options.listTasks || options.listTags) {
    const what = { hosts: options.listHosts, tasks: options.listTasks, tags: options.listTags }
    const prepared = prepare(await withoutAsking(request))
    outlet.print(
      () => listing(prepared, what),
      () => listed(prepared, what),
    )
    return 0
  }
  return execute(await withAnswers(request, session.stop), options, session)
}

async function withAnswers(request: RunRequest, stop: AbortSignal): Promise<RunRequest> {
  if (request.playbook.prompts === undefined) return request
  const answers = await askVars(request.playbook, request.extraVars, { stop })
  return { ...request, extraVars: { ...request.extraVars, ...answers } }
}

async function withoutAsking(request: RunRequest): Promise<RunRequest> {
  if (request.playbook.prompts === undefined) return request
  const vars = notAsked(request.playbook, request.extraVars)
  return { ...request, extraVars: { ...request.extraVars, ...vars } }
}
