// What needs no playbook, and none of what a run needs.
export { explain } from './explain.ts'
export { init } from './init.ts'
export { secrets } from './secrets.ts'
