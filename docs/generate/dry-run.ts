import ts from 'typescript-api'

/** The tag of a module's comment that says what a dry run tells of the task. */
const TAG = 'dryRun'

const dryRunOf = (checker: ts.TypeChecker, symbol: ts.Symbol): string =>
  ts.displayPartsToString(symbol.getJsDocTags(checker).find(({ name }) => name === TAG)?.text).trim()

/** The lines of the section about dry runs. */
export const dryRunSection = (checker: ts.TypeChecker, symbol: ts.Symbol): readonly string[] => [
  '## In a dry run',
  '',
  dryRunOf(checker, symbol),
  '',
]

/** @throws Error that names the modules whose comment does not say what a dry run tells */
export function refuseWithoutDryRun(
  checker: ts.TypeChecker,
  modules: readonly { readonly path: string; readonly symbol: ts.Symbol }[],
): void {
  const missing = modules.flatMap(({ path, symbol }) => (dryRunOf(checker, symbol) === '' ? [path] : []))
  if (missing.length === 0) return
  throw new Error(
    `the comment of ${missing.join(', ')} has no @${TAG}, which says what a dry run tells of the task. ` +
      `Add it before @throws and @example, then run npm run docs: when the task is ok, would change or is unknown, ` +
      'what is shown, what later tasks see (`leaves`), and what is read or run on the host to know it.',
  )
}
