import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import type { Install } from '../../shared/install.ts'
import { filePayload } from '../../shared/payload.ts'

const word = /^[A-Za-z0-9][\w.+-]*$/

const shape = {
  /** Address of the repository, or an absolute path on the host, without the architecture. A slash at the end does not count. */
  url: z
    .string()
    .regex(/^([a-z]+:\/\/[^\s#]+|\/[^\s#]*)$/, 'must be a URL or an absolute path, without spaces')
    .refine(
      (url) => !/^[a-z]+:\/\/[^/]*@/.test(url),
      'must not have a password: every user of the host can read the file',
    ),
  /**
   * Name of the repository, without `@`: its packages are installed only if they are asked for as `PACKAGE@TAG`. A line of the same
   * repository with another tag is changed.
   *
   * @default none
   */
  tag: z.string().regex(word, 'must be a name, without @').optional(),
  /** How the repository is laid out, for apk 3. @default none: as apk decides */
  type: z.enum(['ndx', 'v2', 'v3']).optional(),
  /** Parts of the repository, such as `main`, for apk 3. @default none */
  components: z.array(z.string().regex(word, 'must be a name')).min(1).readonly().optional(),
  /**
   * Absolute path of the file on the host. Its directory must exist. In `/etc/apk/repositories.d`, the name must end in `.list`.
   *
   * @default '/etc/apk/repositories'
   */
  file: absolutePath
    .refine(
      (path) => !path.startsWith('/etc/apk/repositories.d/') || path.endsWith('.list'),
      'must end in .list: apk ignores others',
    )
    .optional(),
  /**
   * A file on your machine with the public key that has signed the repository. It is written to `/etc/apk/keys` under the same name, which
   * must be the name that is in the signature.
   *
   * @default none: the key is one that the host has
   */
  key: z.union([z.string().min(1), z.instanceof(URL)]).optional(),
  /** Fetch the index of the repository before the line is added. @default true */
  update: z.boolean().optional(),
  /** `absent` removes the line. A key stays. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
}

export interface ApkRepositoryArgs extends ArgsOf<typeof shape> {}

/** The arguments as the module works with them. */
export interface ApkRepository extends Omit<ApkRepositoryArgs, 'key' | 'file'> {
  readonly file: string
  readonly key: Install | undefined
}

const schema = z
  .strictObject(shape)
  .refine(({ type, components }) => type !== 'ndx' || components === undefined, {
    path: ['components'],
    error: 'does not go with type: ndx',
  })
  .refine(({ state, key }) => state !== 'absent' || key === undefined, {
    path: ['key'],
    error: 'does not go with state: absent; file(…, { state: absent }) removes a key',
  })
  .refine(({ key }) => key === undefined || /^[\w@][\w.@+-]*$/.test(basename(pathOf(key))), {
    path: ['key'],
    error: 'must have a name of letters, digits and _ . @ + -',
  })

const pathOf = (key: string | URL): string => (key instanceof URL ? fileURLToPath(key) : key)

export const args = mapSchema(schema, ({ key, file = '/etc/apk/repositories', ...rest }): ApkRepository => ({
  ...rest,
  file,
  key: key === undefined ? undefined : keyFile(pathOf(key)),
}))

const keyFile = (path: string): Install => ({
  dest: `/etc/apk/keys/${basename(path)}`,
  payload: filePayload(path),
  mode: '0644',
  owner: 0,
  group: 0,
})
