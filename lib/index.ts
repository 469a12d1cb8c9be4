/** What library users import: `import { defineRole } from 'run-playbook'`. */
export { z } from 'zod'
export {
  type GroupEntry,
  type Host,
  type HostEntry,
  type HostName,
  type HostVars,
  type Inventory,
  type Register,
  defineInventory,
} from './playbook/inventory.ts'
export {
  type Channel,
  type ChannelEnd,
  type ChrootOptions,
  type ConnectionType,
  type DockerExecOptions,
  type HostAddress,
  type Link,
  type LinkOptions,
  type Passphrases,
  type ProcessLinkOptions,
  type SshOptions,
  chroot,
  defineConnection,
  dockerExec,
  local,
  processChannel,
  processLink,
  ssh,
} from './transport/index.ts'
export { type RunPlaybookOptions, type RunResult, runPlaybook } from './run-playbook.ts'
export type * from './core/events.ts'
export { type HostPattern, type Pattern, pattern } from './playbook/pattern.ts'
export type { Serial } from './playbook/serial.ts'
export type { VarsInput, VarsOutput, VarsSchema } from './playbook/vars.ts'
export type {
  Certificate,
  CertificateRequest,
  Holder as CertificateHolder,
  ClientCertificate,
  IssuedLogin,
  LoginAuthority,
  SecretStore,
  SigningKey,
  WireguardKey,
} from './secrets/index.ts'
export { type RoleDefinition, type RoleUse, defineRole } from './playbook/role.ts'
export {
  type AboutFact,
  type AllFacts,
  type Confirmation,
  type Fact,
  type FactsOf,
  type Play,
  type Playbook,
  type PlaybookContext,
  type PlaybookDefinition,
  type ReportContext,
  definePlay,
  definePlaybook,
} from './playbook/playbook.ts'
export type { Prompt } from './playbook/prompt.ts'
export type { AnyModule, Retry, SharedOptions, Task, TaskEntry, TaskList, TaskOptions } from './core/task.ts'
export { type Deferred, type TaskResult, changed, failed, from } from './core/deferred.ts'
export { type Group, type GroupEnds, type GroupOptions, group } from './core/group.ts'
export {
  type Certain,
  type Given,
  type Keeps,
  type Module,
  type ModuleDefinition,
  type Plan,
  type Polling,
  type NewLogin,
  type RestartsHost,
  type ShellStep,
  type Step,
  defineModule,
} from './core/module.ts'
export { type JointStep, defineJoint } from './core/joint.ts'
export { type FactDefinition, defineFact } from './core/fact.ts'
export {
  type ChannelHost,
  type ChannelQuestion,
  type ChannelStep,
  type OpenChannel,
  type QuestionChannel,
  defineChannel,
} from './core/reader.ts'
export {
  type Prediction,
  type Probe,
  type Question,
  type Reader,
  type Reply,
  type SingleReader,
  type TargetArgument,
  ask,
  askAll,
  known,
  mapProbe,
  predict,
  question,
  readerOfOne,
} from './core/probe.ts'
export type {
  Report,
  ReportCell,
  ReportColumn,
  ReportLines,
  ReportPart,
  ReportTable,
  ReportTone,
} from './core/report.ts'
export { type Change, type ChangedBody, differences } from './core/change.ts'
export { type Resource, type ResourceKind, EVERYTHING, defineResourceKind, paths } from './core/resource.ts'
export type { ArgsOf, ArgsShape, ValuesOf } from './core/args-of.ts'
export type { InputOf, OutputOf, Schema, SchemaResult } from './core/schema.ts'
export type { SchemaIssue } from './core/schema-issue.ts'
export { Secret, isSecret, reveal } from './core/secret.ts'
export { absolutePath, fileMode, regularExpression, secretValue } from './core/schemas.ts'
export { UnreachableError, UserError } from './core/errors.ts'
export { hostPort, splitHostPort } from './core/host-port.ts'
export { type Raw, type ShellValue, quote, raw, sh } from './core/sh.ts'
export * from './modules/index.ts'
