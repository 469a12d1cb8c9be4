import { resolve } from 'node:path'
import ts from 'typescript-api'

/** What an editor shows for a name in a source text. */
export interface Hover {
  /** The type, such as `const file: Module<FileArgs, FileState>`. */
  readonly type: string
  readonly text: string
  /** What `@default` says. */
  readonly byDefault: string | undefined
}

export interface Editor {
  /** Replaces the text of the open file. */
  open(text: string): void
  /** What is shown at an offset of the open file. */
  hover(offset: number): Hover | undefined
  /** The names that an object literal at the offset may have. */
  names(offset: number): readonly { readonly name: string; readonly optional: boolean }[]
}

/** An editor with one open file, which may import from the repository: `./lib/…`. */
export function createEditor(): Editor {
  const file = resolve('open-file.ts')
  let text = ''
  let version = 0
  const read = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, process.cwd())
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => ({ ...options, types: ['node'] }),
    getScriptFileNames: () => [file],
    getScriptVersion: (name) => (name === file ? String(version) : '0'),
    getScriptSnapshot: (name) => {
      const body = name === file ? text : ts.sys.readFile(name)
      return body === undefined ? undefined : ts.ScriptSnapshot.fromString(body)
    },
    getCurrentDirectory: () => process.cwd(),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: (name) => (name === file ? text : ts.sys.readFile(name)),
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  }
  const service = ts.createLanguageService(host)
  return {
    open: (body) => {
      text = body
      version++
    },
    hover: (offset) => {
      const info = service.getQuickInfoAtPosition(file, offset)
      if (info === undefined) return undefined
      const tag = info.tags?.find(({ name }) => name === 'default')
      return {
        type: ts.displayPartsToString(info.displayParts),
        text: ts.displayPartsToString(info.documentation),
        byDefault: tag && ts.displayPartsToString(tag.text),
      }
    },
    names: (offset) => {
      const found = service.getCompletionsAtPosition(file, offset, {})
      return (found?.entries ?? [])
        .filter(({ kind }) => kind === ts.ScriptElementKind.memberVariableElement)
        .map(({ name, kindModifiers = '' }) => ({ name, optional: kindModifiers.includes('optional') }))
    },
  }
}
