import { fileURLToPath } from 'node:url'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { accessArgs } from '../../shared/access.ts'
import { Loaded } from '../../shared/loaded.ts'
import { listOf } from '../../shared/list-of.ts'
import { isArmored, keyFile, oneBlock } from './key.ts'
import { aptOptions } from './options.ts'

const uri = z
  .string()
  .regex(/^[a-z][a-z0-9+.-]*:\S+$/, 'must be an address in one word, such as https://deb.example.org/debian')
  .refine((text) => !/^[^/]*\/\/[^/]*:[^/]*@/.test(text), {
    error:
      'must not have a password: anybody on the host can read the file. Write a file of /etc/apt/auth.conf.d',
  })
const suite = z.string().regex(/^[\w.+~$()/-]+$/, 'must be one word, such as bookworm')
const component = z.string().regex(/^[\w.+~$()/-]+$/, 'must be one word, such as main')
const architecture = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be an architecture of Debian, such as amd64')
const type = z.enum(['deb', 'deb-src'])
const fingerprint = z.string().regex(/^[0-9A-F]{40}!?$/, 'must be a path or a fingerprint of 40 characters')
const keyring = z.string().regex(/^\/[^\s\0,]+$/, 'must be a path or a fingerprint of 40 characters')

const bytes = z.custom<Uint8Array>((given) => given instanceof Uint8Array, 'must be bytes')

const own = {
  /** Name of the file in `/etc/apt/sources.list.d`, without `.sources`. */
  name: z.string().regex(/^[A-Za-z0-9_][\w.-]*$/, 'must be letters, digits, _ . and -: apt ignores others'),
  /** One or several addresses of the repository. Required unless `state` is `absent`. */
  uris: z.union([uri, z.array(uri).min(1).readonly()]).optional(),
  /** One or several distributions, such as `bookworm`, or a path that ends in `/`. Required unless `state` is `absent`. */
  suites: z.union([suite, z.array(suite).min(1).readonly()]).optional(),
  /** One or several parts of the repository, such as `main`. Required unless `state` is `absent`, or `suites` is a path. */
  components: z.union([component, z.array(component).min(1).readonly()]).optional(),
  /** Packages (`deb`), sources (`deb-src`) or both. @default 'deb' */
  types: z.union([type, z.array(type).min(1).readonly()]).optional(),
  /** One or several architectures. @default those of the host */
  architectures: z.union([architecture, z.array(architecture).min(1).readonly()]).optional(),
  /**
   * The public key that signs the repository: its text, its bytes, or a file on your machine, armored or binary. It is written into the
   * file of the repository, and signs no other one. Use either this or `signedBy`.
   *
   * @default every key that the host trusts
   */
  key: z.union([z.string().min(1), z.instanceof(URL), bytes]).optional(),
  /**
   * A keyring that is on the host, by its absolute path, or fingerprints of keys that the host trusts. Use either this or `key`.
   *
   * @default every key that the host trusts
   */
  signedBy: z.union([keyring, fingerprint, z.array(fingerprint).min(1).readonly()]).optional(),
  /** Whether apt uses the repository. @default true */
  enabled: z.boolean().optional(),
  /** Fetch the lists of the repository before the file is written. If that fails, it is not written. @default true */
  update: z.boolean().optional(),
  /** `absent` removes the file, and with it a key that is in it. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
}

const { mode, owner, group } = accessArgs

export interface AptRepositoryArgs
  extends
    ArgsOf<typeof own>,
    ArgsOf<typeof aptOptions>,
    Pick<ArgsOf<typeof accessArgs>, 'mode' | 'owner' | 'group'> {}

/** The arguments as the module works with them. */
export interface AptRepository extends Omit<AptRepositoryArgs, 'key'> {
  readonly path: string
  /** The lines of the key. */
  readonly key: Loaded<string> | undefined
}

const schema = z.strictObject({ ...own, ...aptOptions, mode, owner, group }).superRefine((given, context) => {
  const wrong = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  if (given.state === 'absent') {
    for (const name of Object.keys(given))
      if (name !== 'name' && name !== 'state') wrong(name, 'does not go with state: absent')
    return
  }
  if (given.uris === undefined) wrong('uris', 'is needed unless state is absent')
  if (given.suites === undefined) wrong('suites', 'is needed unless state is absent')
  if (given.key !== undefined && given.signedBy !== undefined)
    wrong('signedBy', 'either key or signedBy, not both')
  const paths = listOf(given.suites).filter((one) => one.endsWith('/'))
  if (paths.length > 0 && paths.length < listOf(given.suites).length)
    wrong('suites', 'must all be paths that end in /, or none')
  else if (paths.length > 0 && given.components !== undefined)
    wrong('components', 'does not go with a suite that ends in /')
  else if (paths.length === 0 && given.components === undefined)
    wrong('components', 'is needed unless suites is a path that ends in /')
})

export const args = mapSchema(schema, ({ key, ...rest }): AptRepository => ({
  ...rest,
  path: `/etc/apt/sources.list.d/${rest.name}.sources`,
  key: key === undefined ? undefined : keyOf(key),
}))

function keyOf(key: string | URL | Uint8Array): Loaded<string> {
  if (key instanceof URL) return keyFile(fileURLToPath(key))
  if (typeof key === 'string' && !isArmored(key)) return keyFile(key)
  const block = oneBlock(typeof key === 'string' ? Buffer.from(key) : key, 'key')
  return new Loaded(() => Promise.resolve(block))
}
