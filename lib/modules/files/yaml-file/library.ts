import { Loaded } from '../../shared/loaded.ts'

interface Library {
  readonly yaml: typeof import('yaml')
  readonly diff: typeof import('diff')
}

/** What edits YAML, loaded when the first task needs it. */
export const library: Loaded<Library> = new Loaded(async () => {
  const [yaml, diff] = await Promise.all([import('yaml'), import('diff')])
  return { yaml, diff }
})
