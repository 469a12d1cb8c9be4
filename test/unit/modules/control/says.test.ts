import { assert, debug, fail } from '../../../../lib/modules/index.ts'
import { playAnsible } from '../../../support/ansible-playbook.ts'
import { proveCases } from '../compared.ts'
import { ASSERT, DEBUG, FAIL } from './says-cases.ts'

const theirs = (module: string) => ({
  module,
  call: (args: Readonly<Record<string, unknown>>) => ({ module, args }),
  ask: playAnsible,
})

proveCases({ ...theirs('assert'), task: (name, args) => assert(name, args), cases: ASSERT })
proveCases({ ...theirs('debug'), task: (name, args) => debug(name, args), cases: DEBUG })
proveCases({ ...theirs('fail'), task: (name, args) => fail(name, args), cases: FAIL })
