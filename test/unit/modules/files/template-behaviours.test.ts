import { template } from '../../../../lib/modules/index.ts'
import { playAnsible } from '../../../support/ansible-playbook.ts'
import { proveCases } from '../compared.ts'
import { CASES } from './template-cases.ts'

proveCases({
  module: 'template',
  task: (name, { dest = 'it', vars = {}, ...args }, at) =>
    template(name, { ...args, vars, src: at('t.hbs'), dest: at(dest) }),
  call: ({ dest = 'it', vars, ...args }, at) => ({
    module: 'template',
    args: { ...args, src: at('t.j2'), dest: at(String(dest)) },
    vars,
  }),
  ask: playAnsible,
  cases: CASES,
})
