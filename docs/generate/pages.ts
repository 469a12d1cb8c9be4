import { format, resolveConfig } from 'prettier'
import { errorsPage } from './errors.ts'
import { modulesPage } from './modules.ts'

/** The generated pages by their path, formatted like the rest of the repository. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  const pages = { 'docs/errors.md': errorsPage(), 'docs/modules.md': modulesPage() }
  const formatted = Object.entries(pages).map(async ([path, text]) => {
    const options = await resolveConfig(path)
    return [path, await format(text, { ...options, parser: 'markdown' })] as const
  })
  return Object.fromEntries(await Promise.all(formatted))
}
