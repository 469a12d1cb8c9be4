import type { Step } from '../../../lib/core/module.ts'
import type { Probe } from '../../../lib/core/probe.ts'
import type { Task } from '../../../lib/core/task.ts'

/** Something that asks a host, and what it makes of the answers. */
export interface Asking {
  readonly load?: (() => Promise<void> | undefined) | undefined
  readonly probe: Probe<unknown>
  /** What would be sent to a shell or a server. */
  readonly made: (state: unknown) => readonly Step[]
}

/** A task: it plans on the answers, and makes commands of them. It asks once it is loaded. */
export function ofTask({ module, args }: Task): Asking {
  let probe: Probe<unknown> | undefined
  return {
    load: () => module.load?.(args),
    get probe() {
      return (probe ??= module.probe(args))
    },
    made: (state) => (module.plan(args, state).changes.length === 0 ? [] : module.apply(args, state)),
  }
}

/** A fact: nothing is made of it here. */
export const ofProbe = (probe: Probe<unknown>): Asking => ({ probe, made: () => [] })

/** What stands outside of single quotes in a script: a shell would run it. */
export const bareShell = (script: string): string => script.replace(/'[^']*'|\\[^]/g, '')

/** What PostgreSQL would read as its own words: outside of strings and names, also in the body of a DO. */
export const bareSql = (sql: string): string =>
  sql.replace(
    / E'(?:\\.|''|[^'\\])*'|'(?:''|[^'])*'|"(?:""|[^"])*"|\$\$(.*?)\$\$/gs,
    (_, body: string | undefined) => (body === undefined ? '' : bareSql(body)),
  )

/** The commands of a step that hold the word of an attacker where it would be run. */
export const runs = (step: Step): boolean =>
  ('script' in step && bareShell(String(step.script)).includes('canary')) ||
  ('text' in step && bareSql(step.text).includes('canary'))
