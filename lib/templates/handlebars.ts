import { createRequire } from 'node:module'
import type Handlebars from 'handlebars'
import { HELPERS, text } from './helpers.ts'

/** No name that a template would use. */
const AS_TEXT = '«text»'

let instance: typeof Handlebars | undefined

/**
 * Our own Handlebars, with our helpers. Loaded with the first template, not before, and `require` is what makes that possible
 * without making all callers wait.
 */
export function handlebars(): typeof Handlebars {
  if (instance) return instance
  instance = library().create()
  // Prints to the console of whoever runs the playbook.
  instance.unregisterHelper('log')
  for (const [name, { run }] of HELPERS) {
    instance.registerHelper(name, (...args: unknown[]) => run(...args.slice(0, -1)))
  }
  instance.registerHelper('raw', function (this: unknown, options: Handlebars.HelperOptions) {
    return options.fn(this)
  })
  instance.registerHelper(AS_TEXT, (value: unknown) => text(value, 'print'))
  return instance
}

/** The whole of it as one file: its 60 files take ten times as long to load. Cached by Node. */
const library = (): typeof Handlebars => createRequire(import.meta.url)('handlebars/dist/handlebars.js')

/** Makes a render function. The text must have been checked. */
export function compile(text: string): (data: object) => string {
  const program = handlebars().parse(text)
  printAsText(program)
  const helpers = ['if', 'unless', 'each', 'with', 'raw', AS_TEXT, ...HELPERS.keys()]
  const none = { log: false, helperMissing: false, blockHelperMissing: false }
  return handlebars().compile(program, {
    strict: true,
    // Configuration files are not HTML.
    noEscape: true,
    knownHelpers: { ...none, ...Object.fromEntries(helpers.map((name) => [name, true])) } as KnownHelpers,
    knownHelpersOnly: true,
  })
}

/**
 * Without escaping Handlebars joins what is printed with `+`, so that two numbers side by side are added up:
 * `{{major}}{{minor}}` of 1 and 6 gave 7. Each is made text first.
 */
function printAsText(program: hbs.AST.Program): void {
  const visitor = new (library().Visitor)()
  visitor.MustacheStatement = (node) => {
    const { path, params, hash, loc } = node
    const printed = params.length > 0 ? { type: 'SubExpression', path, params, hash, loc } : path
    node.path = { type: 'PathExpression', data: false, depth: 0, parts: [AS_TEXT], original: AS_TEXT, loc }
    node.params = [printed]
  }
  visitor.accept(program)
}
