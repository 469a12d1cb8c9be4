import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { prepare } from '../engine/run/prepare.ts'
import type { Inventory } from '../playbook/inventory.ts'
import type { CliCommand } from './command.ts'
import { parseExtraVars } from './extra-vars.ts'
import { findMistakes } from './find-mistakes.ts'
import type { Finding } from './finding.ts'
import { loadInventory, loadPlaybook } from './load.ts'
import { findInventory, findPlaybook, playbookNames, projectRoot } from './project.ts'
import { throwawaySecrets } from './throwaway-secrets.ts'
import { checkTypes } from './types-check.ts'
import { type HostOptions, addHostOptions, parsed, printOption } from './shared-options.ts'
import { validate } from '../core/schema.ts'
import { resolveHosts } from '../playbook/hosts.ts'
import { privateVars, standIns } from '../playbook/prompt.ts'
import { varSchemas } from '../playbook/vars.ts'

const HELP = `
Looked at: the inventory with the vars of each host; each playbook, its plays and tasks made for each host
as a run would make them before it connects; and the types of the project, when typescript is installed in it.
All mistakes are listed that can be found in one go. A playbook that needs a var from -e is only loaded, unless you
give it one; so are all while the vars of the inventory are wrong.

Examples:
  run-playbook lint               all playbooks of the project
  run-playbook lint site deploy   only these
  run-playbook lint restore -e target-time=2026-01-01T00:00:00Z

Exit status: 0 no mistakes were found, 1 there are mistakes.
`

/** `run-playbook lint`: finds mistakes without connecting to a host, types included. */
export const lint: CliCommand = async (argv, { outlet }) => {
  const command = new Command('run-playbook lint')
    .description('Finds mistakes, including type errors, without connecting to a host.')
    .argument('[playbooks...]', 'names or paths (default: all playbooks of the project)')
  addHostOptions(command)
    .option('--no-types', 'do not check the types')
    .addOption(printOption())
    .addHelpText('after', HELP)
  if (!parsed(command, argv)) return 0
  const options = command.opts<HostOptions & { readonly types: boolean }>()
  const root = projectRoot()
  const inventoryFile = findInventory(options.inventory)
  const names = command.args.length > 0 ? command.args : playbookNames([join(root, 'playbooks')])
  const found = await lintInventory(inventoryFile, options)
  const findings: Finding[] = [...found.findings]
  const told = new Set(findings.map(textOf))
  for (const name of names) {
    const more = await lintPlaybook(name, found.inventory, options)
    // What is wrong in the inventory would be told again of each playbook.
    findings.push(...more.filter((finding) => !told.has(textOf(finding))))
  }
  const typesOf = options.types ? await checkTypes(root) : undefined
  findings.push(...(typesOf?.findings ?? []))
  const errors = findings.filter(({ level }) => level === 'error')
  const looked = [
    `the inventory`,
    `${names.length} playbook${names.length === 1 ? '' : 's'}`,
    ...(typesOf?.checked === true ? ['the types'] : []),
  ].join(', ')
  outlet.print(
    () =>
      [
        ...findings.map(findingText),
        `${looked}: ${errors.length === 0 ? 'nothing is wrong' : `${errors.length} wrong`}`,
      ].join('\n'),
    () => findings.map((finding) => ({ type: 'finding', ...finding })),
  )
  return errors.length === 0 ? 0 : 1
}

/** @returns the inventory as well, unless plays cannot be made with it */
async function lintInventory(
  file: string,
  options: HostOptions,
): Promise<{ readonly inventory: Inventory | undefined; readonly findings: readonly Finding[] }> {
  let inventory: Inventory | undefined
  const findings = await findMistakes('the inventory', file, async () => {
    inventory = await loadInventory(options.inventory)
    await checkHosts(inventory, options.extraVars)
  })
  // A group without the hosts whose names are misspelled is still a group; vars that are wrong would be found wrong everywhere.
  const usable = findings.every(({ code }) => code === 'E_UNKNOWN_HOST')
  return { inventory: usable ? inventory : undefined, findings }
}

/** The hosts with their vars. One from `-e` may be for a playbook. */
async function checkHosts(inventory: Inventory, extraVars: readonly string[]): Promise<void> {
  const schemas = varSchemas(inventory.schema)
  const given = Object.entries(parseExtraVars(extraVars, [schemas]))
  resolveHosts(inventory, Object.fromEntries(given.filter(([key]) => Object.hasOwn(schemas, key))))
}

async function lintPlaybook(
  name: string,
  inventory: Inventory | undefined,
  options: HostOptions,
): Promise<readonly Finding[]> {
  return findMistakes(`playbook ${name}`, existsSync(name) ? name : findPlaybook(name), async () => {
    const playbook = await loadPlaybook(name)
    const notChecked = (why: string): UserError =>
      new UserError('E_NOT_LOOKED_AT', `the plays of this playbook were not checked: ${why}`)
    if (inventory === undefined) throw notChecked('the inventory is wrong')
    const shapes = [varSchemas(playbook.vars), varSchemas(inventory.schema)]
    const typed = parseExtraVars(options.extraVars, shapes, privateVars(playbook.prompts))
    const given = { ...standIns(playbook.prompts, typed), ...typed }
    const missing = Object.entries(varSchemas(playbook.vars)).filter(
      ([key, schema]) => !Object.hasOwn(given, key) && validate(schema, undefined).issues !== undefined,
    )
    if (missing.length > 0) throw notChecked(`it needs ${missing.map(([key]) => `-e ${key}`).join(' and ')}`)
    const known = shapes.flatMap((shape) => Object.keys(shape))
    prepare({
      name,
      playbook,
      inventory,
      limit: options.limit,
      selection: { tags: [], skipTags: [] },
      // One for another playbook is not wrong here.
      extraVars: Object.fromEntries(Object.entries(given).filter(([key]) => known.includes(key))),
      ...(await throwawaySecrets()),
    })
  })
}

const textOf = ({ code, message }: Finding): string => `${code}\0${message}`

const findingText = ({ level, file, message, hint }: Finding): string =>
  [`${level}  ${file}: ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])].join('\n')
