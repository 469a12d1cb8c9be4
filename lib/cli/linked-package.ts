import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

/** A package of a project that is a link to a folder elsewhere, as `npm link` and `file:` make them. */
export interface LinkedPackage {
  readonly link: string
  readonly folder: string
}

/**
 * The linked package that a file belongs to.
 * @param file where it really is
 * @param user a file of the project
 */
export function linkedPackageOf(file: string, user: string): LinkedPackage | undefined {
  for (let folder = dirname(user); ; folder = dirname(folder)) {
    const found = linksIn(join(folder, 'node_modules')).find((one) => file.startsWith(one.folder + sep))
    if (found !== undefined || folder === dirname(folder)) return found
  }
}

function linksIn(modules: string): readonly LinkedPackage[] {
  const scopes = entriesOf(modules).filter((name) => name.startsWith('@'))
  const names = [
    ...entriesOf(modules),
    ...scopes.flatMap((scope) => entriesOf(join(modules, scope)).map((name) => join(scope, name))),
  ]
  return names
    .map((name) => join(modules, name))
    .flatMap((link) => {
      const folder = lstatSync(link).isSymbolicLink() ? targetOf(link) : undefined
      return folder === undefined ? [] : [{ link, folder }]
    })
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Undefined for a link to what is gone. */
function targetOf(link: string): string | undefined {
  try {
    return realpathSync(link)
  } catch {
    return undefined
  }
}
