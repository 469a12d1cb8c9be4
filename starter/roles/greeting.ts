import { type ArgsOf, type RoleUse, copy, defineRole, file, z } from 'run-playbook'
import { line } from '../modules/line.ts'

const vars = {
  /** An absolute path. */
  folder: z.string(),
  /** Who is greeted. @default 'world' */
  whom: z.string().default('world'),
}

export interface GreetingVars extends ArgsOf<typeof vars> {}

/** A folder with a greeting in it. */
export const greeting: (vars: GreetingVars) => RoleUse = defineRole({
  name: 'greeting',
  vars: z.strictObject(vars),
  tasks: ({ folder, whom }) => [
    file('folder', { path: folder, state: 'directory', mode: '0755' }),
    copy('greeting', { dest: `${folder}/greeting`, content: `Hello, ${whom}!\n` }),
    line('signature', { path: `${folder}/signature`, text: 'run-playbook' }),
  ],
})
