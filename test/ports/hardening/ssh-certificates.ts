import { type TaskList, type TaskOptions, file, template } from 'run-playbook'
import { ROOT, templateFile } from './shared.ts'
import { CA_KEYS, PRINCIPALS } from './ssh-config.ts'
import type { Vars } from './vars.ts'

/** Logins with certificates: whose signature counts, and for which accounts. */
export const certificates = (
  { authorities, principals }: NonNullable<Vars['certificates']>,
  restart: TaskOptions,
): TaskList => [
  template(
    'authorities',
    { src: templateFile('lines.hbs'), vars: { lines: authorities }, dest: CA_KEYS, mode: '0644', ...ROOT },
    restart,
  ),
  file('folder of principals', { path: PRINCIPALS, state: 'directory', mode: '0700', ...ROOT }),
  Object.entries(principals).map(([account, names]) =>
    template(`principals of ${account}`, {
      src: templateFile('lines.hbs'),
      vars: { lines: names },
      dest: `${PRINCIPALS}/${account}`,
      mode: '0600',
      ...ROOT,
    }),
  ),
]
