import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { needed } from '../../shared/one-of.ts'

function isRegistry(text: string): boolean {
  const url = /^https?:\/\/[\x21-\x7e]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && url.username === '' && url.password === ''
}

const shape = {
  /** Name of a package, such as `pm2` or `@angular/cli`. @default all that the package.json in `path` asks for */
  name: z
    .string()
    .max(214)
    .regex(/^(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/i, 'must be the name of a package')
    .optional(),
  /** An exact version. A range belongs in package.json. @default any version that package.json allows */
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+(-[\w.-]+)?$/, 'must be an exact version such as 1.2.3')
    .optional(),
  /** Absolute path of the folder with package.json and node_modules. It must exist. Needed unless `global` is true. */
  path: absolutePath.optional(),
  /** Install it for all users, where `npm root -g` says. @default false */
  global: z.boolean().optional(),
  /** `latest` also brings to the newest version: with `name`, that of the tag `latest`, otherwise the newest that package.json allows. @default 'present' */
  state: z.enum(['present', 'absent', 'latest']).optional(),
  /** Install with `npm ci`: just what package-lock.json says, and all anew, if anything differs. @default false */
  ci: z.boolean().optional(),
  /** Leave out devDependencies. @default false */
  production: z.boolean().optional(),
  /** Leave out optionalDependencies. @default false */
  noOptional: z.boolean().optional(),
  /** Make no links to the programs of packages. @default false */
  noBinLinks: z.boolean().optional(),
  /** Run no scripts of packages. @default false */
  ignoreScripts: z.boolean().optional(),
  /** Go on where npm refuses, such as for peer dependencies that contradict each other. @default false */
  force: z.boolean().optional(),
  /** URL of the registry, without a password: a token belongs in the .npmrc of the user. @default the one that npm is configured for */
  registry: z
    .string()
    .refine(isRegistry, 'must be an http or https URL, without a name and a password')
    .optional(),
  /** Absolute path of npm on the host. The node beside it is taken first. @default the npm in the PATH */
  executable: absolutePath.optional(),
}

export interface NpmArgs extends ArgsOf<typeof shape> {}

const schema = z
  .strictObject(shape)
  .superRefine((args, context) => {
    const { path, global = false } = args
    if ((path === undefined) === global) return
    context.addIssue({ code: 'custom', message: needed(['path', 'global: true'], global, args) })
  })
  .refine(({ name, global = false, state }) => name !== undefined || (!global && state !== 'absent'), {
    path: ['name'],
    error: 'is needed with global: true, and with state: absent',
  })
  .refine(
    ({ name, version, state = 'present' }) =>
      version === undefined || (name !== undefined && state === 'present'),
    {
      path: ['version'],
      error: 'goes with name, and with state: present',
    },
  )
  .refine(
    ({ ci, name, global, state = 'present' }) =>
      ci !== true || (name === undefined && !global && state === 'present'),
    {
      path: ['ci'],
      error: 'goes with path alone, and with state: present',
    },
  )

/** The arguments, with the environment of the task. */
export interface Npm extends NpmArgs {
  readonly state: 'present' | 'absent' | 'latest'
  readonly environment: Readonly<Record<string, string>>
}

export const args = mapSchema(schema, ({ state = 'present', ...given }): Npm => ({
  ...given,
  state,
  environment: {},
}))
