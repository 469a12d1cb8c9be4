import type { Vars } from './node-vars.ts'

export interface InventoryParts {
  /** What it was made from, in one line. */
  readonly about: string
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly vars: Vars }[]
  readonly primary: string
  /** Vars of the group postgres. */
  readonly vars: Vars
  /** Comments. */
  readonly notes: readonly string[]
}

/** An inventory as TypeScript. What hosts have said is in it as text and as comments, never as code. */
export function inventoryText({ about, hosts, primary, vars, notes }: InventoryParts): string {
  const names = hosts.map(({ name }) => literal(name)).join(', ')
  const host = ({ name, address, vars: own }: InventoryParts['hosts'][number]): string => {
    const more = Object.keys(own).length === 0 ? '' : `, vars: ${literal(own)}`
    return `    ${literal(name)}: { address: ${literal(address)}${more} },`
  }
  return `import { defineInventory } from 'run-playbook'
import { nodeVars } from 'run-playbook/cluster'

// ${plain(about)}
${notes.map((text) => `// - ${plain(text)}\n`).join('')}const inventory = defineInventory({
  vars: nodeVars,
  hosts: {
${hosts.map(host).join('\n')}
  },
  groups: {
    postgres: {
      hosts: [${names}],
      vars: {
        // A restart of the primary waits until it is asked for: run-playbook site -e rolling=restart
        rolling: 'later',
${Object.entries(vars)
  .map(([name, value]) => `        ${name}: ${literal(value)},\n`)
  .join('')}      },
    },
    'first-primary': { hosts: [${literal(primary)}] },
  },
})

export default inventory

declare module 'run-playbook' {
  interface Register {
    inventory: typeof inventory
  }
}
`
}

/** A value as TypeScript: data alone. */
function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).map(
    ([name, one]) => `${/^[a-zA-Z]\w*$/.test(name) ? name : quoted(name)}: ${literal(one)}`,
  )
  return `{ ${entries.join(', ')} }`
}

// JSON escapes line breaks, and what ends a line in JavaScript besides.
const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'").replace(ODD, escaped)}'`

const escaped = (sign: string): string =>
  sign
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

const ODD = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

// One line, whatever a host has said.
const plain = (text: string): string => text.replace(ODD, ' ')
