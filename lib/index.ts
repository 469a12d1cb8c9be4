/** What library users import: `import { defineRole } from 'run-playbook'`. */
export { z } from 'zod'
export { type Inventory, type Host, type Register, defineInventory } from './playbook/inventory.ts'
export {
  type Channel,
  type ConnectionType,
  type DockerExecOptions,
  type Link,
  type LinkOptions,
  type SshOptions,
  chroot,
  defineConnection,
  dockerExec,
  local,
  processChannel,
  processLink,
  ssh,
} from './transport/index.ts'
export { pattern } from './playbook/pattern.ts'
export { type RoleUse, defineRole } from './playbook/role.ts'
export {
  type Confirmation,
  type Fact,
  type Play,
  type Playbook,
  type PlaybookContext,
  type ReportContext,
  definePlay,
  definePlaybook,
} from './playbook/playbook.ts'
export { type Task, type TaskList, type TaskOptions, changed, from } from './core/task.ts'
export { type Module, type ModuleDefinition, type Plan, type Step, defineModule } from './core/module.ts'
export { type Probe, type Reader, type Reply, ask, askAll, mapProbe, predict } from './core/probe.ts'
export type {
  Report,
  ReportCell,
  ReportColumn,
  ReportLines,
  ReportPart,
  ReportTable,
  ReportTone,
} from './core/report.ts'
export { type Change, differences } from './core/change.ts'
export { type Resource, EVERYTHING, pathResource, treeResource } from './core/resource.ts'
export { Secret, reveal } from './core/secret.ts'
export { secretValue } from './core/schemas.ts'
export { UserError } from './core/errors.ts'
export { quote, raw, sh } from './core/sh.ts'
export * from './modules/index.ts'
export * from './postgres/index.ts'
