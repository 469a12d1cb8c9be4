import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../core/module.ts'
import { paths } from '../../core/resource.ts'
import { applyFile } from '../files/file/apply.ts'
import type { FileArgs } from '../files/file/args.ts'
import { planFile } from '../files/file/plan.ts'
import { applyInstall } from '../shared/apply-install.ts'
import { type Install, type InstallState, planInstall, probeInstall } from '../shared/install.ts'
import { contentPayload } from '../shared/payload.ts'
import { assertRegular } from '../shared/whole-file.ts'

// A name, with the patterns of glob(7), or a regular expression between slashes.
const packageName = z
  .string()
  .regex(/^([A-Za-z0-9*?[\]][A-Za-z0-9+.:*?[\]-]*|src:[a-z0-9*][a-z0-9+.*-]*|\/[^\s/]+\/)$/, {
    error: 'must be the name of a package, a pattern such as nginx*, or a regular expression between slashes',
  })
const oneLine = z.string().regex(/^[^\0\n\r]*\S[^\0\n\r]*$/, 'must be one line')

const shape = {
  /** Name of the file in `/etc/apt/preferences.d`, without an end. */
  name: z.string().regex(/^[A-Za-z0-9_][\w-]*$/, 'must be letters, digits, _ and -: apt ignores others'),
  /** Names of packages, patterns such as `nginx*`, or regular expressions between slashes. `*` is all. Required unless `state` is `absent`. */
  packages: z.union([packageName, z.array(packageName).min(1).readonly()]).optional(),
  /**
   * Which versions are meant: `version 1.24.*`, `release n=bookworm-backports`, `release o=Debian,a=stable`, or `origin "nginx.org"`, as
   * in apt_preferences(5). Required unless `state` is `absent`.
   */
  pin: z
    .string()
    .regex(
      /^(version [^\s]+|release [a-z]=[^,\n\r\0]+(, ?[a-z]=[^,\n\r\0]+)*|release [^\s=,]+|origin ("[^"\s]*"|[^"\s]+))$/,
      "must be as in apt_preferences(5), such as 'release n=bookworm-backports'",
    )
    .optional(),
  /**
   * The priority: less than 0 is never installed, 500 is that of other versions, from 1000 on an older version replaces a newer
   * one. Required unless `state` is `absent`.
   */
  priority: z
    .int()
    .min(-32_768)
    .max(32_767)
    .refine((priority) => priority !== 0, 'must not be 0, which has no meaning')
    .optional(),
  /** Why, as a line that apt ignores. @default none */
  explanation: oneLine.optional(),
  /** `absent` removes the file. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
}

export interface AptPinArgs extends ArgsOf<typeof shape> {}

const args = z.strictObject(shape).superRefine((given, context) => {
  for (const path of ['packages', 'pin', 'priority'] as const)
    if ((given[path] === undefined) !== (given.state === 'absent')) {
      const message =
        given.state === 'absent' ? 'does not go with state: absent' : 'is needed unless state is absent'
      context.addIssue({ code: 'custom', path: [path], message })
    }
})

/** What is there of a pin. */
export interface AptPinState {
  readonly file: InstallState
}

/**
 * Which versions of packages apt prefers: a file in `/etc/apt/preferences.d`. It belongs to root and has mode 0644. What is installed
 * stays as it is until the packages are installed or upgraded.
 *
 * Ansible has no module for this; its users write the file with `copy`, and find out from apt whether it is right: apt takes a file that it does
 * not understand for an error, and then installs nothing. To keep a version as it is, whatever comes, use a version in `packages`.
 *
 * @dryRun Reads the file, and shows the diff of a new text. apt is not asked whether it accepts the pin. Later tasks see the new
 * text. A `packages` task that installs is unknown after such a change, because it asks apt.
 *
 * @example
 * aptPin('nginx of nginx.org', { name: 'nginx', packages: 'nginx*', pin: 'origin "nginx.org"', priority: 900 })
 *
 * @example
 * aptPin('backports only when asked for', { name: 'backports', packages: '*', pin: 'release n=bookworm-backports', priority: 100 })
 */
export const aptPin: Module<AptPinArgs, AptPinState> = defineModule<AptPinArgs, AptPinArgs, AptPinState>({
  name: 'apt_pin',
  args,
  probe: (given) => {
    const probe = probeInstall(installOf(given))
    return { questions: probe.questions, parse: (answers) => ({ file: probe.parse(answers) }) }
  },
  plan,
  apply,
  touches: (given) => [paths.at(pathOf(given))],
})

const pathOf = ({ name }: AptPinArgs): string => `/etc/apt/preferences.d/${name}`

/** The text of the file. */
function textOf({ packages = [], pin, priority, explanation }: AptPinArgs): string {
  return [
    '# run-playbook manages this file.',
    ...(explanation === undefined ? [] : [`Explanation: ${explanation.trim()}`]),
    `Package: ${typeof packages === 'string' ? packages : packages.join(' ')}`,
    `Pin: ${pin}`,
    `Pin-Priority: ${priority}\n`,
  ].join('\n')
}

const installOf = (given: AptPinArgs): Install => ({
  dest: pathOf(given),
  payload: contentPayload(given.state === 'absent' ? '' : textOf(given)),
  mode: '0644',
  owner: 0,
  group: 0,
})

const removal = (given: AptPinArgs): FileArgs => ({ path: pathOf(given), state: 'absent' })

function plan(given: AptPinArgs, { file }: AptPinState): Plan {
  assertRegular(pathOf(given), file.here)
  return given.state === 'absent'
    ? planFile(removal(given), { ...file, entries: 0 })
    : planInstall(installOf(given), file)
}

function apply(given: AptPinArgs, { file }: AptPinState): ShellStep[] {
  return given.state === 'absent'
    ? applyFile(removal(given), { ...file, entries: 0 })
    : applyInstall(installOf(given), file)
}
