import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath, secretValue } from '../../../core/schemas.ts'
import { accessArgs } from '../../shared/access.ts'
import type { Install } from '../../shared/install.ts'
import { filePayload } from '../../shared/payload.ts'
import { dnfOptions, hasArgument } from './options.ts'

const oneLine = z
  .string()
  .regex(/^[^\0\n\r]*\S[^\0\n\r]*$/, 'must be one line')
  .refine((text) => text.trim() === text, 'must not begin or end with a space')
const words = z.string().regex(/^[^\s\0,]+$/, 'must be one word')
const wordOrList = z.union([words, z.array(words).min(1).readonly()])

const own = {
  /** The ID of the repository: the name of the section. */
  name: z.string().regex(/^[\w.:][\w.:-]*$/, 'must be letters, digits and - _ . :'),
  /** What the repository is called in lists. Required unless `state` is `absent`. */
  description: oneLine.optional(),
  /** Name of the file without `.repo`. @default the name of the repository */
  file: z
    .string()
    .regex(/^[\w.:][\w.:+-]*$/, 'must be the name of a file, without .repo')
    .optional(),
  /** Absolute path of the directory of the file, which must exist. @default '/etc/yum.repos.d' */
  reposdir: absolutePath.optional(),
  /** One or several addresses of the repository. This, `metalink` or `mirrorlist` is required unless `state` is `absent`. */
  baseurl: wordOrList.optional(),
  /** One or several addresses of public keys of the repository. dnf imports them when it needs them. @default none */
  gpgkey: wordOrList.optional(),
  /**
   * A file on your machine with a public key. It is written to `/etc/pki/rpm-gpg` under the same name, and added to `gpgkey`.
   *
   * @default none
   */
  keyFile: z.union([z.string().min(1), z.instanceof(URL)]).optional(),
  /** Packages that are not taken from the repository; patterns such as `kernel*` are possible. @default none */
  exclude: wordOrList.optional(),
  /** The only packages that are taken from the repository. @default all */
  includepkgs: wordOrList.optional(),
  /** User name for the server of the repository. @default none */
  username: oneLine.optional(),
  /** Password for the server of the repository. @default none */
  password: secretValue.optional(),
  /** Password for the proxy. @default none */
  proxyPassword: secretValue.optional(),
  /** Options of the section that have no argument here, by their names in dnf.conf(5) or yum.conf(5). @default none */
  options: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be the name of an option'), oneLine)
    .readonly()
    .optional(),
  /** `absent` removes the section, and the file if no section is left. A key stays. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
}

const { mode, owner, group } = accessArgs
const shape = { ...own, ...dnfOptions, mode, owner, group }

export interface DnfRepositoryArgs
  extends
    ArgsOf<typeof own>,
    ArgsOf<typeof dnfOptions>,
    Pick<ArgsOf<typeof accessArgs>, 'mode' | 'owner' | 'group'> {}

/** The arguments as the module works with them. */
export interface DnfRepository extends Omit<DnfRepositoryArgs, 'keyFile'> {
  readonly path: string
  readonly key: Install | undefined
}

const SOURCES = ['baseurl', 'metalink', 'mirrorlist'] as const
const NOT_ABSENT = [...SOURCES, 'description', 'keyFile', 'gpgkey', 'options', 'password'] as const

const schema = z.strictObject(shape).superRefine((given, context) => {
  const wrong = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  if (given.state === 'absent') {
    for (const path of NOT_ABSENT)
      if (given[path] !== undefined) wrong(path, 'does not go with state: absent')
    return
  }
  if (given.description === undefined) wrong('description', 'is needed unless state is absent')
  if (SOURCES.every((path) => given[path] === undefined))
    wrong('baseurl', 'give baseurl, metalink or mirrorlist, unless state is absent')
  for (const option of Object.keys(given.options ?? {}))
    if (hasArgument(option)) wrong('options', `must not have ${option}, which has an argument of its own`)
  const key = given.keyFile === undefined ? undefined : basename(pathOf(given.keyFile))
  if (key !== undefined && !/^[\w][\w.+-]*$/.test(key))
    wrong('keyFile', 'must have a name of letters, digits and _ . + -')
})

const pathOf = (key: string | URL): string => (key instanceof URL ? fileURLToPath(key) : key)

export const args = mapSchema(schema, ({ keyFile, ...rest }): DnfRepository => ({
  ...rest,
  path: `${rest.reposdir ?? '/etc/yum.repos.d'}/${rest.file ?? rest.name}.repo`,
  key: keyFile === undefined ? undefined : keyInstall(pathOf(keyFile)),
}))

const keyInstall = (path: string): Install => ({
  dest: `/etc/pki/rpm-gpg/${basename(path)}`,
  payload: filePayload(path),
  mode: '0644',
  owner: 0,
  group: 0,
})
