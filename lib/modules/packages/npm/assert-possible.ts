import { UserError } from '../../../core/errors.ts'
import { assertFolder } from '../../shared/parent-folders.ts'
import { assertSafe } from '../../shared/safe-path.ts'
import type { Npm } from './args.ts'
import type { NpmState } from './state.ts'

/** @throws UserError unless npm may and can be run */
export function assertPossible(given: Npm, { found, here, above, access }: NpmState): void {
  const { path, executable = 'npm', ci = false, name } = given
  if (path !== undefined && here !== undefined) {
    if (here.type === 'link')
      throw new UserError('E_OTHER_KIND', `${path} is a link to ${here.target}`, {
        hint: 'Use the path of its target.',
      })
    if (here.type !== 'absent' || given.state !== 'absent') assertFolder(path, here)
    assertSafe(`${path}/x`, [...above, { path, stat: here }], access)
  }
  if (found.kind === 'no npm')
    throw new UserError('E_NO_NPM', `the host has no ${executable}`, {
      hint: "Install it in an earlier task: packages('npm', { names: ['npm'] }).",
    })
  if (found.kind === 'foreign')
    throw new UserError(
      'E_UNSAFE_PATH',
      `${path}, or package.json, .npmrc or node_modules in it, belongs to another user: uid ${found.uid}`,
      {
        hint: "Run the task as that user: becomeUser. npm would run programs of that user's choice.",
      },
    )
  if (found.kind === 'failed')
    throw new UserError('E_NPM', `npm does not say what is installed: ${found.why}`, {
      hint: `Run npm ls on the host${path === undefined ? '' : `, in ${path}`}.`,
    })
  if (found.kind !== 'folder' || name !== undefined) return
  if (!found.hasManifest)
    throw new UserError('E_NO_FILE', `${path} has no package.json`, {
      hint: 'Copy it there in an earlier task, or give the name of a package.',
    })
  if (ci && found.hasLock !== true)
    throw new UserError('E_NO_FILE', `${path} has no package-lock.json, which npm ci needs`, {
      hint: 'Copy it there in an earlier task. npm install writes it on your machine.',
    })
}

export const hostCannotAsk = (why: string): UserError =>
  new UserError('E_NPM', `the host cannot ask the registry of npm: ${why}`, {
    hint: 'Run npm ping on the host. Another registry: registry.',
  })
