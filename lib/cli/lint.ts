import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { Host, Inventory } from '../playbook/inventory.ts'
import type { CliCommand } from './command.ts'
import { errorReport } from './error-text.ts'
import type { Finding } from './finding.ts'
import { loadInventory, loadPlaybook } from './load.ts'
import { findInventory, findPlaybook, playbookNames, projectRoot } from './project.ts'
import { throwawaySecrets } from './throwaway-secrets.ts'
import { checkTypes } from './types-check.ts'
import { type HostOptions, addHostOptions, parsed, printOption } from './shared-options.ts'
import { validate } from '../core/schema.ts'
import { resolveHosts } from '../playbook/hosts.ts'
import { varSchemas } from '../playbook/vars.ts'

const HELP = `
Looked at: the inventory with the vars of each host; each playbook, its plays and tasks made for each host
as a run would make them before it connects; and the types of the project, when typescript is installed in it.
A playbook that needs a var from -e is only loaded, unless you give it one.

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
  const findings: Finding[] = []
  const inventory = await attempt(inventoryFile, findings, () => loadInventory(options.inventory))
  const hosts =
    inventory && (await attempt(inventoryFile, findings, () => checkHosts(inventory, options.extraVars)))
  // What is wrong in the inventory would be said again of each playbook.
  if (inventory !== undefined && hosts !== undefined)
    for (const name of names) findings.push(...(await lintPlaybook(name, inventory, options)))
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

/** The hosts with their vars. One from `-e` may be for a playbook. */
async function checkHosts(inventory: Inventory, extraVars: readonly string[]): Promise<readonly Host[]> {
  const { parseExtraVars } = await import('./extra-vars.ts')
  const schemas = varSchemas(inventory.schema)
  const given = Object.entries(parseExtraVars(extraVars, [schemas]))
  return resolveHosts(inventory, Object.fromEntries(given.filter(([key]) => Object.hasOwn(schemas, key))))
}

async function lintPlaybook(name: string, inventory: Inventory, options: HostOptions): Promise<Finding[]> {
  const findings: Finding[] = []
  const file = existsSync(name) ? name : findPlaybook(name)
  const playbook = await attempt(file, findings, () => loadPlaybook(name))
  if (playbook === undefined) return findings
  const { prepare } = await import('../engine/run/prepare.ts')
  const { parseExtraVars } = await import('./extra-vars.ts')
  await attempt(file, findings, async () => {
    const shapes = [varSchemas(playbook.vars), varSchemas(inventory.schema)]
    const given = parseExtraVars(options.extraVars, shapes)
    const missing = Object.entries(varSchemas(playbook.vars)).filter(
      ([key, schema]) => !Object.hasOwn(given, key) && validate(schema, undefined).issues !== undefined,
    )
    if (missing.length > 0) {
      const needs = missing.map(([key]) => `-e ${key}`).join(' and ')
      throw new UserError('E_NOT_LOOKED_AT', `the plays of this playbook were not checked: it needs ${needs}`)
    }
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
  return findings
}

async function attempt<T>(file: string, findings: Finding[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const { code, message, hint } = errorReport(error)
    const level = code === 'E_NOT_LOOKED_AT' ? 'note' : 'error'
    findings.push({ level, file: relative(process.cwd(), file) || file, code, message, hint })
    return undefined
  }
}

const findingText = ({ level, file, message, hint }: Finding): string =>
  [`${level}  ${file}: ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])].join('\n')
