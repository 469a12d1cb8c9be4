import { command, shell } from '../../../../lib/modules/index.ts'
import type { RunArgs } from '../../../../lib/modules/index.ts'
import { type At, proveCases } from '../compared.ts'
import { CASES as COMMAND } from './command-cases.ts'
import { CASES as SHELL } from './shell-cases.ts'

/** Paths below the folder of the case, in which it runs. */
const below = <A extends RunArgs>(args: A, at: At): A => ({
  ...args,
  cwd: at(args.cwd ?? ''),
  ...(args.creates !== undefined && { creates: at(args.creates) }),
  ...(args.removes !== undefined && { removes: at(args.removes) }),
})

type Call = Readonly<Record<string, unknown>>
const theirs = ({ chdir = '', creates, removes, ...args }: Call, at: At): Call => ({
  ...args,
  chdir: at(String(chdir)),
  ...(creates !== undefined && { creates: at(String(creates)) }),
  ...(removes !== undefined && { removes: at(String(removes)) }),
})

proveCases({
  module: 'command',
  task: (name, args, at) => command(name, below(args, at)),
  call: (args, at) => ({ module: 'command', args: theirs(args, at) }),
  cases: COMMAND,
})

proveCases({
  module: 'shell',
  task: (name, args, at) => shell(name, below(args, at)),
  // What Ansible's shell is made of.
  call: (args, at) => ({ module: 'command', args: { _uses_shell: true, ...theirs(args, at) } }),
  cases: SHELL,
})
