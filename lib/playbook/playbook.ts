import { callSite } from '../core/call-site.ts'
import { declared } from '../core/declared-at.ts'
import { UserError } from '../core/errors.ts'
import type { ErrorReport } from '../core/events.ts'
import type { Probe } from '../core/probe.ts'
import type { Report } from '../core/report.ts'
import type { TaskList } from '../core/task.ts'
import type { SecretStore } from '../secrets/index.ts'
import type { Host } from './inventory.ts'
import { NO_VARS } from './no-vars.ts'
import type { HostPattern } from './pattern.ts'
import { type Prompt, checkPrompts } from './prompt.ts'
import { refuseUnknown } from './check-shared-options.ts'
import type { Serial } from './serial.ts'
import type { RoleUse } from './role.ts'
import type { VarsOutput, VarsSchema } from './vars.ts'

/** Roles and tasks for a set of hosts. */
export interface Play {
  readonly name: string
  /** A host, a group or a pattern, or a list of them. A list may have hosts themselves, as `facts` suggest them. */
  readonly hosts: HostPattern | readonly (HostPattern | Host)[]
  /** Run as root. @default true */
  readonly become?: boolean | undefined
  /** Run as this account instead of root. @default root */
  readonly becomeUser?: string | undefined
  /** Environment of every command. Shows in `ps`. @default nothing */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /**
   * How many hosts at a time go through the whole play: a number, a share such as `'30%'`, or a list of them for one
   * batch after the other. A failure in a batch ends the play. @default all
   */
  readonly serial?: Serial | undefined
  /** With `serial`: the play goes on while no more than this share of a batch has failed, from 0 to 100. @default 0 */
  readonly maxFailPercentage?: number | undefined
  /** A host that fails in it, or cannot take part, ends the run for all. @default false */
  readonly anyErrorsFatal?: boolean | undefined
  readonly tags?: readonly string[] | undefined
  readonly roles?: (host: Host) => readonly (RoleUse | false | null | undefined)[]
  readonly tasks?: (host: Host) => TaskList
}

/** Something asked of hosts before the plays are made. */
export interface Fact<Value, Vars = unknown> {
  probe(host: Host, about: AboutFact<Vars>): Probe<Value>
  /** Stands in while nothing was asked: for `--list-tasks` and for the checks before the first connection. */
  readonly unknown: Value
  /** Ask as root. @default true */
  readonly become?: boolean | undefined
  /**
   * Hosts that are asked whatever `--limit` selects, where the answer of all decides: who is the primary. A function makes them
   * of all hosts of the inventory, and throws where it misses one.
   * @default the hosts that the plays work on
   */
  readonly hosts?: HostPattern | ((hosts: readonly Host[]) => readonly Host[]) | undefined
}

/** What a fact's questions may be made from. */
export interface AboutFact<Vars = unknown> {
  /** The vars of the playbook, from `-e`. */
  readonly vars: Vars
  /** The host's own address that SSH reached it under, once the host has answered. */
  readonly reachedAt: () => string | undefined
}

/** The values of a fact, by host name. */
export type FactsOf<Value> = Readonly<Record<string, Value>>

/** All facts of a playbook: by name, then by host name. */
export type AllFacts<Values> = { readonly [Name in keyof Values]: FactsOf<Values[Name]> }

/** What a playbook's plays are made from. */
export interface PlaybookContext<Vars, Values> {
  readonly vars: Vars
  /** All hosts of the inventory, not only those that `--limit` selects. */
  readonly hosts: readonly Host[]
  /** Those that `--limit` selects: no other is changed. */
  readonly limited: readonly Host[]
  readonly facts: AllFacts<Values>
  /** Passwords and keys, made on first need. */
  readonly secrets: SecretStore
  /** Folder for this environment's secrets and images, `.run-playbook`. */
  readonly stateDir: string
}

/** What a playbook's report is made from. */
export interface ReportContext<Vars, Values> extends PlaybookContext<Vars, Values> {
  /** Why hosts could not be asked, by host name. Their facts are the unknown ones. */
  readonly unreached: Readonly<Record<string, ErrorReport>>
  /** The run was a dry one. */
  readonly check: boolean
}

/** What the operator has to say yes to. */
export interface Confirmation {
  /** What is about to happen, in full sentences. */
  readonly text: string
  /** The var that says yes where nobody can be asked: `overwrite=yes`. */
  readonly yes: string
}

export interface PlaybookDefinition<Schema extends VarsSchema, Values> {
  /** One line, shown by `--help`. */
  readonly description: string
  /** What `-e` may set. `--help` lists them, with the text of `.describe('…')`. @default nothing */
  readonly vars?: Schema | undefined
  /**
   * Vars that the operator is asked for, in this order, before any host is reached. One that `-e` gives is not asked for. Programs that call
   * `runPlaybook` are not asked: they give all vars. @default none
   */
  readonly prompts?: { readonly [Name in keyof VarsOutput<Schema>]?: Prompt | undefined } | undefined
  /** What is asked of the hosts before the plays are made, by name. @default nothing */
  readonly facts?: { readonly [Name in keyof Values]: Fact<Values[Name], VarsOutput<Schema>> } | undefined
  /** How much is printed at least, as by `-v`. @default 0 */
  readonly verbosity?: number | undefined
  /**
   * Called before the first connection with unknown facts, and again with the real ones. Without it the playbook
   * changes nothing: it takes no host's lock, and can be followed with `--watch`.
   */
  plays?(context: PlaybookContext<VarsOutput<Schema>, Values>): readonly Play[]
  /** Plays that bare hosts need before they can say everything: after them the hosts are asked again. */
  prepare?(context: PlaybookContext<VarsOutput<Schema>, Values>): readonly Play[]
  /** Asked before anything is changed; a dry run only shows it. Undefined: there is nothing to ask. */
  confirm?(context: PlaybookContext<VarsOutput<Schema>, Values>): Confirmation | undefined
  /** The last words of a run that went well, from what the hosts say then. */
  closing?(context: PlaybookContext<VarsOutput<Schema>, Values>): string | undefined
  /** What to show at the end, whether it went well or not, from facts that are asked again after the plays. */
  report?(context: ReportContext<VarsOutput<Schema>, Values>): Report
}

export interface Playbook<
  Schema extends VarsSchema = VarsSchema,
  Values = unknown,
> extends PlaybookDefinition<Schema, Values> {
  readonly kind: 'playbook'
  readonly vars: Schema
}

/**
 * Defines a playbook. Put it in `playbooks/<name>.ts` as the default export.
 *
 * @example
 * export default definePlaybook({
 *   description: 'greets whoever logs in',
 *   plays: () => [
 *     definePlay({
 *       name: 'greeting',
 *       hosts: 'all',
 *       tasks: () => [copy('motd', { dest: '/etc/motd', content: 'Hello\n' })],
 *     }),
 *   ],
 * })
 *
 * @example A playbook that asks for vars:
 * export default definePlaybook({
 *   description: 'the password of the application',
 *   vars: z.strictObject({ folder: z.string().default('/etc/app'), password: secretValue }),
 *   prompts: { folder: { text: 'Which folder?' }, password: { text: 'Password', private: true, confirm: true } },
 *   plays: ({ vars }) => [
 *     definePlay({
 *       name: 'password',
 *       hosts: 'all',
 *       tasks: () => [copy('password', { dest: `${vars.folder}/password`, content: vars.password, mode: '0600' })],
 *     }),
 *   ],
 * })
 *
 * @example A playbook that only looks, for `run-playbook uptime --watch`:
 * const uptime = readerOfOne({
 *   name: 'uptime',
 *   ask: () => 'uptime -p',
 *   parse: ({ stdout }) => stdout.toString().trim(),
 *   sees: () => [],
 * })
 * export default definePlaybook({
 *   description: 'how long each host is up',
 *   facts: { up: { probe: () => ask(uptime, ''), unknown: '' } },
 *   report: ({ limited, facts }) => ({
 *     parts: [
 *       {
 *         kind: 'table',
 *         columns: [{ name: 'host' }, { name: 'up' }],
 *         rows: limited.map(({ name }) => [name, facts.up[name] || { text: 'not reached', tone: 'bad' }]),
 *       },
 *     ],
 *     data: { up: facts.up },
 *   }),
 * })
 */
export function definePlaybook<Schema extends VarsSchema, Values = object>(
  definition: PlaybookDefinition<Schema, Values>,
): Playbook<Schema, Values> {
  const known = {
    description: true,
    vars: true,
    prompts: true,
    facts: true,
    verbosity: true,
    plays: true,
    prepare: true,
    confirm: true,
    closing: true,
    report: true,
  } as const
  const at = callSite(definePlaybook)
  refuseUnknown(definition, known, 'the playbook', at)
  if (definition.plays === undefined && definition.report === undefined)
    throw new UserError('E_BAD_OPTION', 'the playbook has neither plays nor a report', { at })
  const vars = definition.vars ?? (NO_VARS as Schema)
  checkPrompts(definition.prompts ?? {}, vars, at)
  return Object.freeze({ ...definition, kind: 'playbook', vars })
}

/** Defines a play; returns its argument. */
export function definePlay(play: Play): Play {
  return declared(Object.freeze(play), callSite(definePlay))
}
