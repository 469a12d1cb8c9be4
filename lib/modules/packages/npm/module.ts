import { type Keeps, type Module, defineModule } from '../../../core/module.ts'
import { overlaps, paths } from '../../../core/resource.ts'
import { applyNpm } from './apply.ts'
import { type Npm, type NpmArgs, args } from './args.ts'
import { planNpm } from './plan.ts'
import { type NpmState, probeNpm } from './state.ts'

/**
 * Packages of npm: those that the package.json of a folder asks for, or one package, in a folder or for all users. Needs npm 7 or later on the host.
 *
 * As in Ansible, a package that is there in any version is enough unless `version` or `state: 'latest'` is given. Unlike in Ansible, the
 * folder must exist; the versions in package-lock.json are compared too, also of what packages need in turn, and what package.json does not ask for is removed, as
 * `npm install` does; `ci` runs only if something differs; a package that is there, and that package.json does not ask for, is added to it; a package or version that the registry does not have is an error in the dry run too; and a
 * folder of another user is an error, because npm runs programs that its owner chooses: use `becomeUser`. `unsafe_perm` is not available: npm 7 has
 * no such option.
 *
 * @dryRun Runs `npm ls` on the host; for `latest`, and for a package that is missing or has another version, it asks the
 * registry too. Names each package with its versions, of a folder at most 20. What it installs is foretold for the same task
 * only: other `npm` tasks in the folder are unknown, and so are services, containers and commands. With `path`, files outside of
 * it stay known; with `global`, nothing else does.
 *
 * @throws UserError E_NO_NPM, E_NPM, E_NO_PACKAGE
 *
 * @example
 * // All that /srv/app/package-lock.json says.
 * npm('packages of the application', { path: '/srv/app', ci: true, production: true }, { becomeUser: 'app' })
 *
 * @example
 * npm('process manager', { name: 'pm2', version: '5.4.2', global: true })
 */
export const npm: Module<NpmArgs, NpmState> = defineModule({
  name: 'npm',
  args,
  withEnvironment: (given: Npm, environment) => ({ ...given, environment }),
  probe: probeNpm,
  plan: planNpm,
  apply: applyNpm,
  // Packages bring scripts, which may do anything. Those of most do something in the folder.
  keeps,
})

function keeps({ path, global = false }: Npm): Keeps | undefined {
  if (path === undefined || global) return undefined
  const folder = paths.below(path)
  return ({ reader, key }, answer) =>
    reader.sees(key, answer).every((one) => one.kind === paths.kind && !overlaps(folder, one))
}
