import assert from 'node:assert/strict'
import { type Hover, createEditor } from '../../support/editor.ts'

const MODULES =
  'command shell copy copyTree file acl template lineinfile blockinfile replace iniFile jsonFile yamlFile fetch find tempfile getUrl archive unarchive git assert debug fail pause waitFor aptPin aptRepository debconf packages service serviceRestart serviceReload systemdUnit sshdConfig nftables user userGroup authorizedKey knownHost cron hostname hostsEntry mount swap sysctl selinux seport sefcontext seboolean sshKeypair sudoers timezone locale limits pam kernelModule uri wireguard docker docker.image docker.network docker.volume docker.restart docker.exec'.split(
    ' ',
  )

/** Arguments that are objects of their own, as `use` writes them with the cursor in the place of `|`. */
const NESTED: Readonly<Record<string, string>> = {
  'a peer of wireguard': 'wireguard("it", { interface: "wg0", peers: [{ | }] })',
  'a match of sshdConfig': 'sshdConfig("it", { match: [{ | }] })',
  'the build of docker.image': 'docker.image("it", { name: "x", build: { | } })',
  'a volume of docker': 'docker("it", { name: "x", volumes: [{ | }] })',
  'a port of docker': 'docker("it", { name: "x", ports: [{ | }] })',
  'the healthcheck of docker': 'docker("it", { name: "x", healthcheck: { | } })',
  'the logging of docker': 'docker("it", { name: "x", logging: { | } })',
}

// Offered too, because arguments may be made from what earlier tasks leave.
const DEFERRED = new Set(['kind', 'tasks', 'reads', 'resolve'])

describe('what an editor shows', function () {
  const editor = createEditor()
  const names = new Set(MODULES.map((name) => name.replace(/\..*/, '')))
  const IMPORTS = `import { ${[...names].join(', ')} } from './lib/modules/index.ts'\n`

  const open = (text: string): number => {
    editor.open(IMPORTS + text.replace('|', ''))
    return IMPORTS.length + text.indexOf('|')
  }
  /** What is shown of each name of an object, all in one text, because to check a text takes long. */
  const shown = (text: string, names: readonly string[]): Hover[] => {
    const begin = open(text.replace('|', `|${names.map((name) => `${name}: undefined as never`).join(', ')}`))
    let offset = begin
    return names.map((name) => {
      const hover = editor.hover(offset) ?? assert.fail(`nothing is shown for ${name}`)
      offset += `${name}: undefined as never, `.length
      return hover
    })
  }
  const explained = (text: string): void => {
    const args = editor.names(open(text)).filter(({ name }) => !DEFERRED.has(name))
    assert.ok(args.length > 0, 'no argument is offered')
    const hovers = shown(
      text,
      args.map(({ name }) => name),
    )
    for (const [i, { name, optional }] of args.entries()) {
      const hover = hovers[i] as Hover
      assert.notEqual(hover.text, '', `${name} has no text`)
      if (optional && !/Required unless|Use either this\s+or|With `state|For `link`/.test(hover.text))
        assert.ok(hover.byDefault, `${name} has no @default`)
    }
  }

  for (const name of MODULES) {
    it(`of ${name} is short, with a text for each argument`, () => {
      const hover = editor.hover(open(`${name.replace(/\w+$/, '|$&')}`)) ?? assert.fail('nothing is shown')

      assert.ok(hover.type.length < 100, hover.type)
      assert.notEqual(hover.text, '')
      explained(`${name}("it", { | })`)
    })
  }

  it('of a module whose arguments are inferred names them once', () => {
    const define = `import { z } from 'zod'
import { defineFileEdit, fileEditArgs } from './lib/modules/index.ts'
const own = defineFileEdit({ name: 'own', args: z.strictObject({ ...fileEditArgs, word: z.string() }), edit: (text) => text })
`
    const at = open(`${define}|own`)
    const hover = editor.hover(at) ?? assert.fail('nothing is shown')
    const call =
      editor.hover(open(`${define}|own("it", { path: "/x", word: "y" })`)) ?? assert.fail('nothing is shown')
    for (const { type } of [hover, call]) assert.equal(type.match(/\bword: string/g)?.length, 1, type)
  })

  it('of a module of your own has a text for each argument', () => {
    const define = (name: string, args: string, rest: string): string => `import { z } from 'zod'
import { defineFileEdit, defineModule, fileEditArgs, known } from './lib/index.ts'
const own = ${name}({ name: 'own', args: ${args}, ${rest} })
own("it", { | })`
    const args = `z.strictObject({
  /** The word. */
  word: z.string(),
  /** How often. @default 1 */
  times: z.int().default(1),
  /** Said before it. @default '' */
  before: z.string().optional(),
  ...fileEditArgs,
})`
    const checked = `${args}.refine(({ word, before }) => word !== before, 'must differ')`
    explained(define('defineFileEdit', args, 'edit: (text) => text'))
    explained(define('defineFileEdit', checked, 'edit: (text) => text'))
    const parts = 'probe: () => known(0), plan: () => ({ changes: [] }), apply: () => []'
    explained(define('defineModule', args, parts))
  })

  for (const [what, use] of Object.entries(NESTED)) {
    it(`of ${what} is a text for each part`, () => explained(use))
  }
})
