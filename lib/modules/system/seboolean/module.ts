import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, defineModule } from '../../../core/module.ts'
import { ask, predict } from '../../../core/probe.ts'
import {
  type Found,
  assertSemanage,
  selinuxSettings,
  semanageReader,
  semanageSteps,
} from '../shared/semanage.ts'

const own = {
  /** Name of the boolean, such as `httpd_can_network_connect`. */
  name: z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a boolean of the policy'),
  /** Whether it is on. */
  state: z.boolean(),
}

const args = z.strictObject(own)

export interface SebooleanArgs extends ArgsOf<typeof own> {}

/** A boolean of the policy. */
export interface SebooleanValue {
  /** Where the kernel has no SELinux, the same as `boot`. */
  readonly now: boolean
  readonly boot: boolean
}

export type SebooleanState = Found<SebooleanValue>

const LINE = /^(\w+)\s+\((on|off)\s*,\s*(on|off)\)/

export const booleanValue = semanageReader<SebooleanValue>('boolean', ({ all }, key) => {
  for (const line of all) {
    const [, name, now, boot] = LINE.exec(line) ?? []
    if (name === key) return { now: now === 'on', boot: boot === 'on' }
  }
  return undefined
})

/**
 * A boolean of the SELinux policy: now, and after the next boot, as `semanage boolean` sets it. Needs `semanage`, which is in the package
 * `policycoreutils-python-utils`.
 *
 * Unlike in Ansible, a boolean is always set for both: one that is set only now would be another one after the next boot.
 *
 * @dryRun Runs `semanage boolean -l`, which takes a second or two, once for all tasks. Names which of the two values differs. Later tasks
 * see the new values. A boolean that the policy does not have fails.
 *
 * @throws UserError E_CANNOT_LOOK, E_NO_SEMANAGE, E_SELINUX_POLICY
 *
 * @example
 * seboolean('nginx may connect to the application', { name: 'httpd_can_network_connect', state: true })
 */
export const seboolean: Module<SebooleanArgs, SebooleanState> = defineModule({
  name: 'seboolean',
  args,
  probe: ({ name }) => ask(booleanValue, name),
  plan,
  apply: ({ name, state }) => semanageSteps([['boolean', '-m', state ? '--on' : '--off', name]], true),
  touches: () => [selinuxSettings.at('boolean')],
  keeps:
    ({ name }) =>
    ({ reader, key }) =>
      reader === booleanValue && key !== name,
})

function plan({ name, state }: SebooleanArgs, found: SebooleanState): Plan {
  const { entry } = assertSemanage(found)
  if (entry === undefined)
    throw new UserError('E_SELINUX_POLICY', `the policy of the host has no boolean ${name}`, {
      hint: 'semanage boolean -l on the host lists them.',
    })
  const word = (on: boolean): string => (on ? 'on' : 'off')
  const changes: Change[] = [
    ...(entry.now === state ? [] : [{ what: 'now', from: word(entry.now), to: word(state) }]),
    ...(entry.boot === state ? [] : [{ what: 'at boot', from: word(entry.boot), to: word(state) }]),
  ]
  if (changes.length === 0) return { changes, because: `already ${word(state)}` }
  return { changes, leaves: [predict(booleanValue, name, { entry: { now: state, boot: state } })] }
}
