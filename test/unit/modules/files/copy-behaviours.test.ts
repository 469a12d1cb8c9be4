import { copy } from '../../../../lib/modules/index.ts'
import { playAnsible } from '../../../support/ansible-playbook.ts'
import { proveCases } from '../compared.ts'
import { CASES } from './copy-cases.ts'

proveCases({
  module: 'copy',
  task: (name, { dest = 'it', src, ...args }, at) =>
    copy(name, { ...args, dest: at(dest), ...(src !== undefined && { src: at(src) }) }),
  call: ({ dest = 'it', src, ...args }, at) => ({
    module: 'copy',
    args: { ...args, dest: at(String(dest)), ...(src !== undefined && { src: at(String(src)) }) },
  }),
  ask: playAnsible,
  cases: CASES,
})
