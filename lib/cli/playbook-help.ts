import { Help } from 'commander'
import type { Schema } from '../core/schema.ts'
import type { Inventory } from '../playbook/inventory.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { varNames, varSchemas } from '../playbook/vars.ts'
import { defaultWords, descriptionOf, isRequired, typeWords } from './var-words.ts'

/**
 * What `--help` says of a playbook: what it does, and what `-e` may set.
 * @param inventory undefined where there is none, or none that can be loaded
 */
export function playbookHelp(
  playbook: Pick<Playbook, 'vars' | 'description' | 'prompts'>,
  inventory: Inventory | undefined,
  width = 80,
): string {
  const shared = inventory === undefined ? [] : varNames(inventory.schema)
  const rank = ([name, schema]: readonly [string, Schema]): number =>
    isRequired(schema) ? 0 : shared.includes(name) ? 2 : 1
  const own = Object.entries(varSchemas(playbook.vars)).toSorted((one, other) => rank(one) - rank(other))
  const others = shared.filter((name) => !own.some(([known]) => known === name))
  const helper = new Help()
  helper.prepareContext({ helpWidth: width })
  const terms = own.map(([name, schema]) => `${name}=${typeWords(schema)}`)
  const widest = Math.max(0, ...terms.map((term) => term.length))
  const isAsked = (name: string): boolean => Object.hasOwn(playbook.prompts ?? {}, name)
  const lines = own.map(([name, schema], i) => {
    const asked = isAsked(name) ? '(asked for)' : ''
    const text = [
      descriptionOf(schema),
      asked === '' || !isRequired(schema) ? defaultWords(schema) : '',
      asked,
    ].filter((part) => part !== undefined && part !== '')
    return helper.formatItem(terms[i] ?? '', widest, text.join(' '), helper).trimEnd()
  })
  const inherited = `-e ${own.length === 0 ? 'sets' : 'also sets'} the vars of the inventory, for all hosts: ${others.join(', ')}`
  return [
    playbook.description,
    ...(lines.length === 0 ? [] : ['', 'Vars that -e sets:', ...lines]),
    ...(others.length === 0 ? [] : ['', helper.boxWrap(inherited, width)]),
  ].join('\n')
}
