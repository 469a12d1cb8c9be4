import { file } from '../../../../lib/modules/index.ts'
import { proveCases } from '../compared.ts'
import { CASES } from './file-cases.ts'
import { MODE_CASES } from './file-mode-cases.ts'

proveCases({
  module: 'file',
  task: (name, { path = 'it', ...args }, at) => file(name, { ...args, path: at(path) }),
  call: ({ path = 'it', ...args }, at) => ({ module: 'file', args: { ...args, path: at(String(path)) } }),
  cases: { ...CASES, ...MODE_CASES },
})
