// What loads playbooks, together: the build makes few files of them, and few load faster than many.
export { exec } from './exec.ts'
export { lint } from './lint.ts'
export { play } from './play.ts'
