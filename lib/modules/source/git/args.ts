import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { archiveFormat } from './archive-format.ts'
import { isCommit, isRefName, isRefspec, wrongRepo } from './url.ts'

const repo = z.string().superRefine((text, context) => {
  const message = wrongRepo(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

const shape = {
  /**
   * The repository: an `https://`, `http://`, `ssh://`, `git://` or `file://` URL, `user@host:path`, or an absolute path on the host. A
   * password does not belong in it: see `credentialsFile`.
   */
  repo,
  /** Absolute path of the checkout on the host. Its parent directory must exist. */
  dest: absolutePath,
  /** A branch, a tag, or the full id of a commit. `HEAD` is the default branch of the repository. @default 'HEAD' */
  version: z
    .string()
    .refine(isRefName, 'must be the name of a branch or tag, or the full id of a commit')
    .transform((name) => (isCommit(name.toLowerCase()) ? name.toLowerCase() : name))
    .optional(),
  /**
   * Throw away local changes of files, and local commits. Files that git does not know stay, unless the version has a file of that name.
   *
   * @default false: local changes and commits are an error
   */
  force: z.boolean().optional(),
  /** False leaves a checkout that is there as it is, and does not ask the repository for it. @default true */
  update: z.boolean().optional(),
  /** How many commits of the history are fetched. @default all */
  depth: z.int().min(1).optional(),
  /** Check out submodules too, and theirs. @default true */
  recursive: z.boolean().optional(),
  /**
   * What else is fetched whenever something is, such as `refs/meta/config` or `+refs/pull/*:refs/remotes/origin/pull/*`: for a commit that is
   * on no branch and no tag. @default nothing
   */
  refspec: z
    .string()
    .refine(
      isRefspec,
      'must be a refspec such as refs/meta/config or +refs/pull/*:refs/remotes/origin/pull/*',
    )
    .optional(),
  /**
   * Absolute path of a repository on the host whose objects a new checkout uses instead of fetching them. The checkout needs it from
   * then on. @default none
   */
  reference: absolutePath.optional(),
  /**
   * Absolute path on the host of an archive of the version, whose name ends in `.tar`, `.tar.gz`, `.tgz` or `.zip`. It is made anew if its content
   * is not that of the version. @default none
   */
  archive: absolutePath
    .refine((path) => archiveFormat(path) !== undefined, 'must end in .tar, .tar.gz, .tgz or .zip')
    .optional(),
  /** With `archive`: what the name of each file in it begins with, such as `app-1.4/`. @default nothing */
  archivePrefix: z
    .string()
    .regex(/^[^\0\n\r/][^\0\n\r]*$/, 'must not be empty or begin with a slash')
    .refine((text) => !/(^|\/)\.\.(\/|$)/.test(text), 'must not contain ..')
    .optional(),
  /** Keep a repository without a working tree, with all branches and tags. @default false */
  bare: z.boolean().optional(),
  /** Name of the remote in the checkout. @default 'origin' */
  remote: z
    .string()
    .regex(/^[A-Za-z0-9_][\w.-]*$/, 'must be letters, digits, dots, dashes and underscores')
    .refine(isRefName, 'must be a name that git accepts')
    .optional(),
  /** Absolute path on the host of the private key for SSH. It must not have a passphrase. @default the keys that ssh finds itself */
  keyFile: absolutePath.optional(),
  /**
   * Accept the key of an SSH server that is not in known_hosts yet, and add it. A changed key is an error in any case.
   *
   * @default false
   */
  acceptNewHostKey: z.boolean().optional(),
  /**
   * Absolute path of a file on the host with lines such as `https://NAME:PASSWORD@example.org`, for http and https. Write it with `copy`, with a
   * secret as its content and mode 0600.
   *
   * @default what the configuration of git on the host says
   */
  credentialsFile: absolutePath.optional(),
  /**
   * Check out only a commit that is signed by a key which the user of the task has, as `git verify-commit` says; of a tag with a
   * message the tag has to be signed. It is found out by the run, not by a dry run. @default false
   */
  verifyCommit: z.boolean().optional(),
  /** With `verifyCommit`: full fingerprints of the GPG keys that may have signed. @default all keys that the user has */
  gpgAllowlist: z
    .array(
      z
        .string()
        .regex(/^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/, 'must be a full fingerprint, without spaces')
        .transform((key) => key.toUpperCase()),
    )
    .min(1)
    .readonly()
    .optional(),
}

export interface GitArgs extends ArgsOf<typeof shape> {}

const schema = z
  .strictObject(shape)
  .refine(
    ({ bare, version, depth, recursive, force }) =>
      bare !== true || (version === undefined && depth === undefined && recursive !== true && force !== true),
    {
      path: ['bare'],
      error: 'goes with neither version, depth, recursive nor force: it has all branches and tags',
    },
  )
  .refine(({ bare, archive, refspec }) => bare !== true || (archive === undefined && refspec === undefined), {
    path: ['bare'],
    error: 'goes with neither archive nor refspec: it is compared by its branches and tags',
  })
  .refine(({ archive, archivePrefix }) => archivePrefix === undefined || archive !== undefined, {
    path: ['archivePrefix'],
    error: 'goes with archive only',
  })
  .refine(({ gpgAllowlist, verifyCommit }) => gpgAllowlist === undefined || verifyCommit === true, {
    path: ['gpgAllowlist'],
    error: 'goes with verifyCommit: true only',
  })
  .refine(({ bare, verifyCommit }) => bare !== true || verifyCommit !== true, {
    path: ['verifyCommit'],
    error: 'does not go with bare, where nothing is checked out',
  })

/** The arguments, with their defaults and the environment of the task. */
export interface Git extends GitArgs {
  readonly version: string
  readonly remote: string
  readonly environment: Readonly<Record<string, string>>
}

export const args = mapSchema(schema, (given): Git => ({
  ...given,
  version: given.version ?? 'HEAD',
  remote: given.remote ?? 'origin',
  environment: {},
}))
