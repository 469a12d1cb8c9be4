import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { type Module, defineModule } from '../../core/module.ts'
import { mapSchema } from '../../core/map-schema.ts'
import { compileTemplate } from '../../templates/index.ts'
import { applyInstall } from '../shared/apply-install.ts'
import { type InstallArgs, installArgs } from './shared/install-args.ts'
import {
  type Install,
  type InstallState,
  planInstall,
  probeInstall,
  touchesOfInstall,
} from '../shared/install.ts'
import { contentPayload } from '../shared/payload.ts'

const own = {
  /** A Handlebars file on the operator's machine: `new URL('../templates/nginx.conf.hbs', import.meta.url)`. */
  src: z.union([z.string().min(1), z.instanceof(URL)]),
  /** The variables of the template. If one that it uses is missing, that is an error before any host is touched. */
  vars: z.custom<object>((value) => typeof value === 'object' && value !== null, 'must be an object'),
  /**
   * Files of partials that are in another directory than the template, or have another name there. `{{> footer}}` is one of these, or
   * else the file `footer.hbs` beside the template.
   * @default none
   */
  partials: z.record(z.string().min(1), z.union([z.string().min(1), z.instanceof(URL)])).optional(),
  /**
   * Functions that the template can call: `{{upper name}}`. They must be pure: they are also called for branches that are not
   * taken. A name that a built-in helper or one of the `vars` has is an error.
   * @default none
   */
  helpers: z
    .record(
      z.string(),
      z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'must be a function'),
    )
    .optional(),
}

export interface TemplateArgs extends InstallArgs, ArgsOf<typeof own> {}

const schema = z.strictObject({ ...installArgs, ...own })

const args = mapSchema(schema, ({ src, vars, partials = {}, helpers = {}, ...rest }): Install => {
  const files = Object.entries(partials).map(([name, file]) => [name, { file }] as const)
  const made = compileTemplate({ file: src }, { partials: Object.fromEntries(files), helpers })
  return { ...rest, payload: contentPayload(made.render(vars)) }
})

/**
 * Writes a file from a Handlebars template. The template is rendered before any host is touched, and the file is replaced
 * atomically. If one of the `vars` that the template uses is a secret, the whole file is treated as a secret: it is never
 * shown, and gets mode 0600 unless `mode` is given. What a template can contain is in [writing a role](../writing-a-role.md#templates).
 *
 * @dryRun Renders the template, compares it with the file on the host, and shows the diff unless it has a secret or more than
 * 104,448 bytes. Later tasks see the new content, mode and owner; without a diff only the SHA-256, size, mode and owner.
 * `validate` is not run. A missing directory, user or group fails, unless an earlier task would create it.
 *
 * @example
 * const reload = serviceReload('reload nginx', { name: 'nginx' })
 * return [
 *   template(
 *     'nginx.conf',
 *     {
 *       src: new URL('templates/nginx.conf.hbs', import.meta.url),
 *       dest: '/etc/nginx/nginx.conf',
 *       vars: { workers: 4 },
 *       validate: '/usr/sbin/nginx -t -c %s',
 *     },
 *     { notify: reload },
 *   ),
 *   template('site', {
 *     src: new URL('templates/site.conf.hbs', import.meta.url),
 *     dest: '/etc/nginx/sites-enabled/site.conf',
 *     vars: { name: 'example.org' },
 *     partials: { tls: new URL('../shared/templates/tls.conf.hbs', import.meta.url) },
 *     helpers: { lower: (text: string) => text.toLowerCase() },
 *   }),
 * ]
 */
export const template: Module<TemplateArgs, InstallState> = defineModule({
  name: 'template',
  args,
  probe: probeInstall,
  plan: planInstall,
  apply: applyInstall,
  touches: touchesOfInstall,
})
