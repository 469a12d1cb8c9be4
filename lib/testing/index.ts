/** What one needs to test a module or role of one's own: `import { proveRole } from 'run-playbook/testing'`. */
export { type Driven, askReader, driveTask, parseRecorded, planTask } from './drive-task.ts'
export { type Proof, type ProofStage, proveRole } from './prove-role.ts'
export {
  type NamedStatus,
  type TestRun,
  type TestRunOptions,
  runTasks,
  runTestPlaybook,
} from './run-tasks.ts'
export { type TestShell, runStep, testShells } from './shells.ts'
