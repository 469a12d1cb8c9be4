import ts from 'typescript-api'

/** The tag of a module's comment that names what of its state is meant for later tasks: `stdout, code`, `answer.status`. */
const TAG = 'results'

/**
 * The lines of the section about what `from` gives, for modules that have the tag.
 * @throws Error for a name that the state does not have, and for one without a comment
 */
export function resultsSection(
  checker: ts.TypeChecker,
  symbol: ts.Symbol,
  module: ts.Type,
): readonly string[] {
  const tag = symbol.getJsDocTags(checker).find(({ name }) => name === TAG)
  if (tag === undefined) return []
  const rows = ts
    .displayPartsToString(tag.text)
    .split(',')
    .map((path) => rowOf(checker, symbol.name, stateOf(checker, module), path.trim()))
  return [
    '## Results',
    '',
    'What later tasks get with [`from`](../concepts.md#playbook-play-role-task):',
    '',
    '| result | type | what it is |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ]
}

/** Of the `Task<State>` that a call makes. */
function stateOf(checker: ts.TypeChecker, module: ts.Type): ts.Type | undefined {
  const task = module.getCallSignatures()[0]?.getReturnType()
  return task === undefined ? undefined : checker.getTypeArguments(task as ts.TypeReference)[0]
}

function rowOf(checker: ts.TypeChecker, module: string, state: ts.Type | undefined, path: string): string {
  let type = state
  let text = ''
  for (const name of path.split('.')) {
    const property = type && checker.getNonNullableType(type).getProperty(name)
    if (property === undefined) throw new Error(`the state of ${module} has no ${path}: correct its @${TAG}`)
    type = checker.getTypeOfSymbol(property)
    text = ts.displayPartsToString(property.getDocumentationComment(checker)).trim()
  }
  if (type === undefined || text === '') throw new Error(`${path} of the state of ${module} needs a comment`)
  const kind = checker.typeToString(type).replaceAll('"', "'").replaceAll('|', '\\|')
  return `| \`${path}\` | \`${kind}\` | ${text.replace(/\s*\n/g, ' ').replaceAll('|', '\\|')} |`
}
