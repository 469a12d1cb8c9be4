import { ansible, mitogen } from './ansible.ts'
import { floor } from './floor.ts'
import { pyinfra } from './pyinfra.ts'
import { runPlaybook } from './run-playbook.ts'
import { ssh } from './ssh.ts'
import type { Tool } from './tool.ts'

/** All that can take part, in the order of the tables. */
export const TOOLS: readonly Tool[] = [ssh, floor, runPlaybook, pyinfra, mitogen, ansible]
