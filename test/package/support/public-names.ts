import { join, relative } from 'node:path'
import ts from 'typescript-api'

/** A public declaration, and a type in it that has no public name. */
export interface Nameless {
  readonly declaration: string
  readonly type: string
  /** Where it is defined, below the folder. */
  readonly file: string
}

/**
 * Types that a public declaration of a package refers to, and that nobody can import.
 * @param folder of the package
 * @param entries the declaration files that can be imported
 */
export function namelessTypes(folder: string, entries: readonly string[]): Nameless[] {
  const files = entries.map((entry) => join(folder, entry))
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, skipLibCheck: true }
  const program = ts.createProgram(files, { ...options, types: ['node'], strict: true })
  const checker = program.getTypeChecker()
  const exported = new Set<ts.Symbol>()
  for (const file of files) {
    const source = program.getSourceFile(file)
    const module = source && checker.getSymbolAtLocation(source)
    if (module === undefined) throw new Error(`${file} exports nothing`)
    for (const symbol of checker.getExportsOfModule(module)) exported.add(resolved(checker, symbol))
  }
  const own = (node: ts.Node): boolean => node.getSourceFile().fileName.startsWith(join(folder, 'dist'))
  const found = new Map<string, Nameless>()
  for (const symbol of exported) {
    for (const declaration of symbol.declarations ?? []) {
      if (!own(declaration)) continue
      for (const type of typesIn(checker, declaration)) {
        if (exported.has(type) || !(type.declarations ?? []).some((one) => own(one) && isNamed(one))) continue
        const file = type.declarations?.[0]?.getSourceFile().fileName ?? ''
        found.set(`${symbol.name} ${type.name}`, {
          declaration: symbol.name,
          type: type.name,
          file: relative(folder, file),
        })
      }
    }
  }
  return [...found.values()]
}

function typesIn(checker: ts.TypeChecker, declaration: ts.Node): ts.Symbol[] {
  const types: ts.Symbol[] = []
  const visit = (node: ts.Node): void => {
    // A class that is only a type has instances and no constructor.
    if (ts.isConstructorDeclaration(node)) return
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : ts.isImportTypeNode(node)
          ? node.qualifier
          : undefined
    const symbol = name && checker.getSymbolAtLocation(name)
    if (symbol !== undefined) types.push(resolved(checker, symbol))
    ts.forEachChild(node, visit)
  }
  visit(declaration)
  return types
}

const resolved = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

/** Whether the compiler would write the name into somebody's declarations. An alias that stays in its file it writes out. */
const isNamed = (node: ts.Declaration): boolean =>
  ts.isInterfaceDeclaration(node) ||
  ts.isClassDeclaration(node) ||
  ts.isEnumDeclaration(node) ||
  (ts.isTypeAliasDeclaration(node) && (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0)
