import { Command } from 'commander'
import { UserError } from '../core/errors.ts'
import { unknownVar } from '../playbook/vars.ts'
import { resolveHosts } from '../playbook/hosts.ts'
import { selectHosts } from '../playbook/pattern.ts'
import { parseExtraVars } from './extra-vars.ts'
import type { CliCommand } from './command.ts'
import { explainCode, isErrorCode } from './explain-code.ts'
import { type Place, placesOf } from './places.ts'
import { loadInventory } from './load.ts'
import { addHostOptions, parsed, printOption } from './shared-options.ts'
import { formatValue } from '../reporters/index.ts'
import type { HostOptions } from './shared-options.ts'
import { varSchemas } from '../playbook/vars.ts'

const HELP = `
A var of the inventory is set, later places winning, by: the default of the schema, the groups in the order of
the inventory, the host itself, -e. No host is asked anything.

Examples:
  run-playbook explain maxConnections -l node-a
  run-playbook explain port -l web -e port=8080
  run-playbook explain E_STEP_FAILED

Exit status: 0 done, 1 there is no such var, host or code.
`

/** `run-playbook explain VAR -l HOST`: the value of a var on a host, and every place that had a say in it. */
export const explain: CliCommand = async (argv, { outlet }) => {
  const command = new Command('run-playbook explain')
    .description(
      'Shows the value of a var on a host, and every place that can set it, in order of precedence. Or what an error code means.',
    )
    .usage('VAR -l HOST [options]\n       run-playbook explain E_CODE')
    .argument('<var>', 'a var of the inventory, or an error code')
  addHostOptions(command).addOption(printOption()).addHelpText('after', HELP)
  if (!parsed(command, argv)) return 0
  const options = command.opts<HostOptions>()
  const name = command.args[0] as string
  if (isErrorCode(name)) {
    const { code, means, todo } = explainCode(name)
    outlet.print(
      () => `${code}: ${means}\n  ${todo}`,
      () => [{ type: 'error-code', code, means, todo }],
    )
    return 0
  }
  if (options.limit === undefined)
    throw new UserError('E_USAGE', 'explain needs -l HOST: the value can differ between hosts', {
      hint: 'For all of them: -l all',
    })
  const inventory = await loadInventory(options.inventory)
  const known = Object.keys(varSchemas(inventory.schema))
  if (!known.includes(name))
    throw new UserError('E_BAD_VARS', `the inventory: ${unknownVar(name, known)}`, {
      hint: 'The vars of a playbook are in run-playbook PLAYBOOK --help; -e sets them.',
    })
  const extra = parseExtraVars(options.extraVars, [varSchemas(inventory.schema)])
  for (const key of Object.keys(extra)) {
    if (!known.includes(key)) throw new UserError('E_BAD_VARS', `-e ${key}: ${unknownVar(key, known)}`)
  }
  const hosts = selectHosts(inventory, resolveHosts(inventory, extra), options.limit, '--limit')
  const found = hosts.map((host) => ({
    host: host.name,
    value: Reflect.get(host.vars, name) as unknown,
    places: placesOf(inventory, host, name, extra),
  }))
  outlet.print(
    () => found.map(({ host, value, places }) => textOf(name, host, value, places)).join('\n\n'),
    () => found.map((one) => ({ type: 'var', var: name, ...one })),
  )
  return 0
}

function textOf(name: string, host: string, value: unknown, places: readonly Place[]): string {
  const width = Math.max(...places.map(({ place }) => place.length))
  const winner = places.findLastIndex((one) => one.set)
  const lines = places.map(({ place, set, value: own }, i) => {
    const said = set ? formatValue(own) : 'not set'
    return `  ${place.padEnd(width)}  ${said}${i === winner ? '  (in effect)' : ''}`
  })
  return [`${name} on ${host} is ${formatValue(value)}`, ...lines].join('\n')
}
