import { file } from '../../../../lib/modules/index.ts'
import { proveCases } from '../compared.ts'
import { CASES } from './file-cases.ts'
import { MODE_CASES } from './file-mode-cases.ts'
import { TREE_CASES } from './file-tree-cases.ts'

proveCases({
  module: 'file',
  task: (name, { path = 'it', ...args }, at) => {
    const target = args.state === 'hard' && args.target !== undefined ? { target: at(args.target) } : {}
    return file(name, { ...args, ...target, path: at(path) })
  },
  call: ({ path = 'it', ...args }, at) => {
    const src = args['state'] === 'hard' ? { src: at(String(args['src'])) } : {}
    return { module: 'file', args: { ...args, ...src, path: at(String(path)) } }
  },
  cases: { ...CASES, ...MODE_CASES, ...TREE_CASES },
})
