import assert from 'node:assert/strict'
import { createEditor } from '../../support/editor.ts'

const PROJECT = `
import { type Host, definePlaybook, defineInventory, defineRole } from './lib/index.ts'
import { z } from 'zod'

const web = defineRole({
  name: 'web',
  vars: z.strictObject({
    /** Where it listens. @default 8080 */
    port: z.int().default(8080),
    /** Whom to write to. */
    contact: z.string(),
  }),
  tasks: (vars) => [/* in the role */],
})

const inventory = defineInventory({
  vars: z.strictObject({
    /** How many requests at a time. @default 4 */
    workers: z.int().default(4),
    /** Of the data centre. */
    zone: z.string().optional(),
  }),
  hosts: { 'web-1': { vars: { /* in the inventory */ } } },
})
declare module './lib/playbook/inventory.ts' {
  interface Register {
    inventory: typeof inventory
  }
}

export const book = definePlaybook({
  description: 'x',
  vars: z.strictObject({
    /** Asked before. @default false */
    sure: z.boolean().default(false),
  }),
  plays: ({ vars }) => [/* in the playbook */],
})

export const use = (host: Host) => [/* here */]
`

describe('what an editor shows of vars', function () {
  const editor = createEditor()

  /** @param place a comment of the project that is replaced @param code with `|` where the mouse is */
  const hover = (place: string, code: string) => {
    const text = PROJECT.replace(`/* ${place} */`, code)
    editor.open(text.replace('|', ''))
    return editor.hover(text.indexOf('|')) ?? assert.fail('nothing is shown')
  }

  const shown: Readonly<Record<string, readonly [string, string, string, string?]>> = {
    'a var of a role, as it is written': [
      'here',
      'web({ |port: 1, contact: "" })',
      'Where it listens.',
      '8080',
    ],
    'a var of a role that is needed': ['here', 'web({ |contact: "" })', 'Whom to write to.'],
    'a var inside the role': ['in the role', 'vars.|port', 'Where it listens.', '8080'],
    'a var of a host in the inventory': [
      'in the inventory',
      '|workers: 3',
      'How many requests at a time.',
      '4',
    ],
    'a var of a host': ['here', 'host.vars.|workers', 'How many requests at a time.', '4'],
    'an optional var of a host': ['here', 'host.vars.|zone', 'Of the data centre.'],
    'a var of a playbook': ['in the playbook', 'vars.|sure', 'Asked before.', 'false'],
  }
  for (const [what, [place, code, text, byDefault]] of Object.entries(shown)) {
    it(`is the comment and the default of ${what}`, () => {
      const found = hover(place, code)
      assert.equal(found.text, text)
      assert.equal(found.byDefault, byDefault)
    })
  }

  it('is the type of a var in effect, without undefined where there is a default', () => {
    assert.match(hover('here', 'host.vars.|workers').type, /: number$/)
    assert.match(hover('here', 'host.vars.|zone').type, /: string \| undefined$/)
  })
})
