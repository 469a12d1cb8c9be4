import { type Module, type ShellStep, defineModule } from '../../../core/module.ts'
import { ask, askAll } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { raw, sh } from '../../../core/sh.ts'
import { services } from '../../shared/service.ts'
import { served } from '../../shared/served.ts'
import { connectivity } from '../connectivity.ts'
import { type UfwArgs, args } from './args.ts'
import { sshLogin } from './login.ts'
import { changesOf, plan, statusOf } from './plan.ts'
import { ufwStatus } from './reader.ts'
import { ruleWords } from './rule.ts'
import type { UfwState } from './state.ts'
import { opens, wantedStatus } from './wanted.ts'

/**
 * The firewall ufw: one of its rules, its policies, its logging, and whether it is enabled. Needs `become` unless the user is root.
 *
 * A change after which the firewall would no longer let in the SSH connection of the task is refused, in a dry run too: to enable the
 * firewall, to deny incoming packets, to deny or to remove a rule. The error names the rule that is missing. Rules that are written by hand in
 * `/etc/ufw/before.rules` are not looked at.
 *
 * As in Ansible's `community.general.ufw`, a rule that does something else with the same packets is replaced where it stands, and a rule for any
 * address is one for IPv4 and IPv6. Unlike there, `default` and its `direction` are `defaults`; a rule that opens a port is made before the
 * firewall is enabled, one that closes a port last; `reset` changes nothing where nothing is to be removed; a `name` is an `app`; ports are
 * numbers; `insert` is a number of ufw, without `insert_relative_to`.
 *
 * @dryRun Reads the files of ufw, whether its chains are in the kernel, and the SSH connection of the task; ufw itself is not
 * run. Later `ufw` tasks see the new rules and policies, except after a rule with `insert` or `app`. What is reached over the
 * network, and what servers answer, is unknown to later tasks, of other hosts too.
 *
 * @throws UserError E_NO_UFW, E_NO_UFW_APP, E_UFW_LOCKOUT
 *
 * @example
 * return [
 *   ufw('ssh', { rule: 'limit', toPort: 22, proto: 'tcp' }),
 *   ufw('web', { rule: 'allow', toPort: '80,443', proto: 'tcp', comment: 'nginx' }),
 *   ufw('database', { rule: 'allow', from: '10.0.0.0/24', toPort: 5432, proto: 'tcp' }),
 *   ufw('firewall', { state: 'enabled', defaults: { incoming: 'deny', outgoing: 'allow' } }),
 * ]
 *
 * @example
 * ufw('no telnet', { rule: 'allow', toPort: 23, delete: true })
 */
export const ufw: Module<UfwArgs, UfwState> = defineModule<UfwArgs, UfwArgs, UfwState>({
  name: 'ufw',
  args,
  ansible: {
    default: 'defaults',
    policy: 'defaults',
    name: 'app',
    port: 'toPort',
    from_ip: 'from',
    to_ip: 'to',
  },
  probe: () => askAll<UfwState>({ status: ask(ufwStatus, ''), login: ask(sshLogin, '') }),
  plan,
  apply,
  touches: () => [
    paths.below('/etc/ufw'),
    paths.at('/etc/default/ufw'),
    services.at('ufw'),
    connectivity.all,
    served.all,
  ],
  verify: (given, _before, after) => (given.state === 'reloaded' ? [] : plan(given, after).changes),
})

const run = (...words: readonly string[]): ShellStep => ({
  script: sh`LC_ALL=C PATH=${raw('$PATH')}:/usr/sbin:/sbin; export LC_ALL PATH; ufw ${words} </dev/null`,
  explains: true,
})

// What lets more in comes first, what lets less in last: a run that is interrupted keeps nobody out.
function apply(given: UfwArgs, state: UfwState): ShellStep[] {
  const now = statusOf(state)
  const next = wantedStatus(given, now)
  const what = changesOf(given, now, next).map((change) => change.what)
  const { state: wanted, defaults = {}, logging } = given
  if (wanted === 'reloaded') return [run('reload')]
  if (wanted === 'reset') return [run('--force', 'reset')]
  const rule = what.includes('rule') ? [run(...ruleWords(given))] : []
  const policies = (['incoming', 'outgoing', 'routed'] as const).flatMap((direction) => {
    const policy = defaults[direction]
    return policy !== undefined && what.includes(`default ${direction}`)
      ? [run('default', policy, direction)]
      : []
  })
  return [
    ...(opens(given) ? rule : []),
    ...(logging !== undefined && what.includes('logging') ? [run('logging', logging)] : []),
    ...policies,
    ...(opens(given) ? [] : rule),
    ...(what.includes('state') ? [wanted === 'disabled' ? run('disable') : run('--force', 'enable')] : []),
  ]
}
