import { resolve } from 'node:path'
import ts from 'typescript-api'
import { dryRunSection, refuseWithoutDryRun } from './dry-run.ts'
import { resultsSection } from './results.ts'

const HEAD = `# Modules

A module describes one kind of state, such as a file or a container. Call it with a name for the task, its arguments, and
[options](task-options.md) that all tasks have. Arguments without a default are required.

The pages of the modules are generated from their types by \`npm run docs\`. Your editor shows the same texts.

Each page says what [a dry run](concepts.md#check-mode) tells of the task, what it reads for that, and what later tasks are planned on.
*Unknown* means unknown (after …), or would change (after …) if the current state already requires a change. *Would change each time* means: in each
dry run. After a \`command\` or \`shell\` task that would run, everything is unknown, unless the task has
[\`touches\`](task-options.md#touches). Nothing is foretold of a new file in a directory that is a symbolic link.
`

/** Where modules come from: what is imported, and the file that exports it. */
export interface Package {
  readonly heading: string
  readonly file: string
}

/** What the package brings, by heading. */
const PACKAGES: readonly Package[] = [
  { heading: 'run-playbook', file: 'lib/modules/index.ts' },
  { heading: 'run-playbook/postgres', file: 'lib/postgres/index.ts' },
]

interface Documented {
  readonly path: string
  readonly symbol: ts.Symbol
  readonly type: ts.Type
}

/**
 * docs/modules.md, and a page for each module, by their paths.
 * @throws Error that names the modules whose comment does not say what a dry run tells
 */
export function modulePages(from: readonly Package[] = PACKAGES): Readonly<Record<string, string>> {
  const read = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, process.cwd())
  const files = from.map(({ file }) => resolve(file))
  const program = ts.createProgram(files, { ...options, types: ['node'] })
  const checker = program.getTypeChecker()
  const packages = from.map(({ heading, file }) => ({
    heading,
    modules: modulesOf(checker, exportsOf(program, checker, resolve(file))),
  }))
  refuseWithoutDryRun(
    checker,
    packages.flatMap(({ modules }) => modules),
  )
  const lists = packages.map(({ heading, modules }) => listed(checker, heading, modules))
  const pages = packages.flatMap(({ heading, modules }) =>
    modules.map((module) => [`docs/modules/${module.path}.md`, describe(checker, heading, module)]),
  )
  return { 'docs/modules.md': [HEAD, ...lists].join('\n'), ...Object.fromEntries(pages) }
}

function listed(checker: ts.TypeChecker, heading: string, modules: readonly Documented[]): string {
  const rows = modules.map(({ path, symbol }) => {
    const [summary = ''] = textOf(checker, symbol).split(/(?<=[.:]) |\n\n/)
    return `| [${path}](modules/${path}.md) | ${cell(summary.replace(/:$/, '.'))} |`
  })
  return [`## ${heading}`, '', '| module | what it does |', '| --- | --- |', ...rows, ''].join('\n')
}

function exportsOf(program: ts.Program, checker: ts.TypeChecker, file: string): Documented[] {
  const source = program.getSourceFile(file)
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${file} exports nothing`)
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = resolved(checker, exported)
    if ((symbol.flags & ts.SymbolFlags.Variable) === 0) return []
    return [{ path: exported.name, symbol, type: checker.getTypeOfSymbol(symbol) }]
  })
}

const resolved = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)

/** The modules among exports, and those that are their properties: `docker.image`. */
function modulesOf(checker: ts.TypeChecker, found: readonly Documented[]): Documented[] {
  return found
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap((one) => {
      const inner = one.type.getProperties().flatMap((property) => {
        const type = checker.getTypeOfSymbol(property)
        const nested = { path: `${one.path}.${property.name}`, symbol: origin(checker, property), type }
        return isModule(type) ? [nested] : []
      })
      return [...(isModule(one.type) ? [one] : []), ...inner]
    })
}

const isModule = (type: ts.Type): boolean =>
  type.getCallSignatures().length > 0 && type.getProperty('definition') !== undefined

/** The constant behind a property: `{ image }`, or `image: typeof image`. */
function origin(checker: ts.TypeChecker, property: ts.Symbol): ts.Symbol {
  const declaration = property.valueDeclaration
  if (declaration === undefined) return property
  if (ts.isShorthandPropertyAssignment(declaration)) {
    const value = checker.getShorthandAssignmentValueSymbol(declaration)
    return value === undefined ? property : resolved(checker, value)
  }
  const type = ts.isPropertySignature(declaration) ? declaration.type : undefined
  const named =
    type !== undefined && ts.isTypeQueryNode(type) ? checker.getSymbolAtLocation(type.exprName) : undefined
  return named === undefined ? property : resolved(checker, named)
}

const textOf = (checker: ts.TypeChecker, symbol: ts.Symbol): string =>
  linksAsCode(ts.displayPartsToString(symbol.getDocumentationComment(checker)))

function describe(checker: ts.TypeChecker, from: string, { path, symbol, type }: Documented): string {
  const examples = symbol.getJsDocTags(checker).filter(({ name }) => name === 'example')
  const args = argumentsOf(checker, type)
  const rows = args.map(
    ({ name, what, kind, byDefault }) => `| \`${name}\` | ${kind} | ${what} | ${byDefault} |`,
  )
  const table = ['| argument | type | what it is | default |', '| --- | --- | --- | --- |', ...rows, '']
  return [
    `# ${path}`,
    '',
    '```typescript',
    `import { ${path.replace(/\..*/, '')} } from '${from}'`,
    '```',
    '',
    textOf(checker, symbol),
    '',
    ...(args.length === 0 ? ['It takes no arguments.', ''] : table),
    ...resultsSection(checker, symbol, type).map(linksAsCode),
    ...dryRunSection(checker, symbol).map(linksAsCode),
    ...(examples.length === 0 ? [] : [examples.length === 1 ? '## Example' : '## Examples', '']),
    ...examples.flatMap(({ text: code }) => [
      '```typescript',
      ts.displayPartsToString(code).trim(),
      '```',
      '',
    ]),
    '[All modules](../modules.md). [Options that all tasks have](../task-options.md).',
    '',
  ].join('\n')
}

interface Argument {
  readonly name: string
  readonly kind: string
  readonly what: string
  readonly byDefault: string
}

function argumentsOf(checker: ts.TypeChecker, module: ts.Type): Argument[] {
  const parameter = module.getCallSignatures()[0]?.getParameters()[1]
  if (parameter === undefined) return []
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter))
  // What `from` makes may stand for all arguments together.
  const inputs = (type.isUnion() ? type.types : [type]).filter(
    (one) => one.getProperty('resolve') === undefined,
  )
  const names = [...new Set(inputs.flatMap((one) => one.getProperties().map(({ name }) => name)))]
  const args = names.flatMap((name) => {
    const symbol = inputs.map((one) => one.getProperty(name)).find((one) => one !== undefined)
    return symbol === undefined ? [] : [argumentOf(checker, name, symbol)]
  })
  return args.toSorted((a, b) => Number(b.byDefault === '') - Number(a.byDefault === ''))
}

function argumentOf(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): Argument {
  const tag = (wanted: string): string =>
    ts.displayPartsToString(symbol.getJsDocTags(checker).find((one) => one.name === wanted)?.text)
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(symbol))
  const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0
  const example = tag('example')
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  return {
    name,
    kind: `\`${shortType(checker, type)}\``.replaceAll('|', '\\|'),
    what: cell(example === '' ? text : `${text} Such as \`${example}\`.`),
    byDefault: optional ? cell(tag('default')) || '–' : '',
  }
}

const LONGEST = 70

function shortType(checker: ts.TypeChecker, type: ts.Type): string {
  const text = checker
    .typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation)
    .replaceAll('"', "'")
    .replaceAll('<ArrayBufferLike>', '')
  return text.length <= LONGEST ? text : text.startsWith('{') ? 'object' : `${text.slice(0, LONGEST)}…`
}

const cell = (text: string): string =>
  linksAsCode(text.trim())
    .replace(/\s*\n- /g, '; ')
    .replace(/\s*\n/g, ' ')
    .replaceAll('|', '\\|')

/** `{@link copy}` becomes code; the compiler puts a space behind the name of what it knows. */
const linksAsCode = (text: string): string => text.replace(/\{@link ([\w.]+)(?:\(\))?\s*\}/g, '`$1`')
