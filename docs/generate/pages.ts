import { format, resolveConfig } from 'prettier'
import { errorsPage } from './errors.ts'
import { modulePages } from './modules.ts'

/** The generated pages by their path, formatted like the rest of the repository. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  const pages = { 'docs/errors.md': errorsPage(), ...modulePages() }
  const formatted = Object.entries(pages).map(async ([path, text]) => {
    const options = await resolveConfig(path)
    return [path, narrow(await format(text, { ...options, parser: 'markdown' }))] as const
  })
  return Object.fromEntries(await Promise.all(formatted))
}

/** Tables without the spaces that align their columns: they are half of the text, and the pages are in the package. */
const narrow = (text: string): string =>
  text.replace(/^\|.*\|$/gm, (row) => row.replace(/ +\|/g, ' |').replace(/-{3,}(?= \|)/g, '---'))
