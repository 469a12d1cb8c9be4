import { fileURLToPath } from 'node:url'
import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { type Module, defineModule } from '../../core/module.ts'
import { mapSchema } from '../../core/map-schema.ts'
import { secretValue } from '../../core/schemas.ts'
import type { Secret } from '../../core/secret.ts'
import { applyInstall } from '../shared/apply-install.ts'
import { type InstallArgs, installArgs } from './shared/install-args.ts'
import {
  type Install,
  type InstallState,
  planInstall,
  probeInstall,
  touchesOfInstall,
} from '../shared/install.ts'
import { oneOf } from '../shared/one-of.ts'
import { type Payload, contentPayload, filePayload } from '../shared/payload.ts'

const text = z
  .string()
  .refine((value) => !value.includes('«secret '), 'holds a secret that was printed into it; use template()')

const own = {
  /**
   * The content of the file. A secret is never shown, and the file gets mode 0600 unless `mode` is given. Use either this
   * or `src`.
   */
  content: z.union([text, z.instanceof(Buffer), secretValue]).optional(),
  /**
   * A file on your machine, of any size. A relative path is relative to the folder in which you start run-playbook; for a file beside the role:
   * `new URL('files/motd', import.meta.url)`. It is read when the task is applied. Use either this or `content`.
   */
  src: z.union([z.string().min(1), z.instanceof(URL)]).optional(),
}

export interface CopyArgs extends InstallArgs, ArgsOf<typeof own> {}

const schema = z.strictObject({ ...installArgs, ...own }).superRefine(oneOf('content', 'src'))

const args = mapSchema(schema, ({ content, src, ...rest }): Install => ({
  ...rest,
  payload: payloadOf(content, src),
}))

function payloadOf(content: string | Buffer | Secret | undefined, src: string | URL | undefined): Payload {
  if (content !== undefined) return contentPayload(content)
  return filePayload(src instanceof URL ? fileURLToPath(src) : (src ?? ''))
}

/**
 * Writes a file with the given content. The file is replaced atomically: a reader sees either the old content or the new.
 * An existing file keeps its mode, owner, access control list and extended attributes; a new file gets mode 0644.
 * A host that has neither GNU cp nor getfacl, for example one with only busybox, cannot keep access control lists: they are
 * lost.
 *
 * @dryRun Compares type, SHA-256, mode and owner with the file on the host, and shows the diff of a text of at most 104,448
 * bytes that is not a secret. Later tasks see the new file: content, mode and owner; of a secret, and of what is shown without a
 * diff, only the SHA-256, size, mode and owner. `validate` is not run. A missing directory, user or group fails, unless an
 * earlier task would create it.
 *
 * @example
 * copy('motd', { dest: '/etc/motd', content: 'Managed by run-playbook\n', mode: '0644' })
 */
export const copy: Module<CopyArgs, InstallState> = defineModule({
  name: 'copy',
  args,
  load: async ({ payload }) => payload.load?.(),
  probe: probeInstall,
  plan: planInstall,
  apply: applyInstall,
  touches: touchesOfInstall,
})
