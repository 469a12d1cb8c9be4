import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { predict } from '../../../core/probe.ts'
import type { UfwArgs } from './args.ts'
import { type SshLogin, letsIn, sshLogin } from './login.ts'
import { type UfwStatus, ufwStatus } from './reader.ts'
import { parseRule, ruleWords, sameRule, versionsOf, wantedRule } from './rule.ts'
import type { UfwState } from './state.ts'
import { isCertain, wantedStatus } from './wanted.ts'

/** @throws UserError where the host has no ufw */
export function statusOf({ status }: UfwState): UfwStatus {
  if (status !== undefined) return status
  throw new UserError('E_NO_UFW', 'the host has no ufw', {
    hint: "Install it in an earlier task: packages('ufw', { names: ['ufw'] }).",
  })
}

export function plan(given: UfwArgs, state: UfwState): Plan {
  const now = statusOf(state)
  const next = wantedStatus(given, now)
  const changes = changesOf(given, now, next)
  if (changes.length === 0) return { changes, because: 'already as wanted' }
  assertReachable(now, next, state.login)
  const same = [predict(sshLogin, '', state.login)]
  return { changes, leaves: isCertain(given) ? [predict(ufwStatus, '', next), ...same] : same }
}

export function changesOf(given: UfwArgs, now: UfwStatus, next: UfwStatus): Change[] {
  if (given.state === 'reloaded')
    return now.enabled ? [{ what: 'rules', from: 'loaded', to: 'loaded anew' }] : []
  const policies = ['incoming', 'outgoing', 'routed'] as const
  const changed = (what: string, from: string, to: string): Change[] =>
    from === to ? [] : [{ what, from, to }]
  const reset = given.state === 'reset' && now.edited.length > 0
  return [
    ...(given.rule === undefined ? [] : ruleChange(given, now, next)),
    ...changed('logging', now.logging, next.logging),
    ...policies.flatMap((name) => changed(`default ${name}`, now[name], next[name])),
    ...(reset ? [{ what: 'rules', from: `other ${now.edited.join(', ')}`, to: 'as installed' }] : []),
    ...changed('state', described(now), described(next)),
  ]
}

const described = ({ enabled, running }: UfwStatus): string =>
  enabled ? (running ? 'enabled' : 'enabled, not running') : running ? 'disabled, still running' : 'disabled'

function ruleChange(given: UfwArgs, now: UfwStatus, next: UfwStatus): Change[] {
  const lists = { 4: now.rules, 6: now.rules6 }
  const before = versionsOf(given).flatMap((version) =>
    lists[version].filter((line) => sameRule(parseRule(line), wantedRule(given, version))),
  )
  if (JSON.stringify([now.rules, now.rules6]) === JSON.stringify([next.rules, next.rules6])) return []
  const text = ruleWords({ ...given, delete: false, insert: undefined }).join(' ')
  const [first] = before.map((line) => parseRule(line))
  const from =
    first === undefined ? 'absent' : `${first.action}${first.comment === '' ? '' : ' with a comment'}`
  return [
    { what: 'rule', from: given.delete === true ? text : from, to: given.delete === true ? 'absent' : text },
  ]
}

/** @throws UserError where a change would keep the operator out */
function assertReachable(now: UfwStatus, next: UfwStatus, login: SshLogin | undefined): void {
  if (login === undefined || letsIn(next, login) || !letsIn(now, login)) return
  const { client, port } = login
  throw new UserError(
    'E_UFW_LOCKOUT',
    `the firewall would no longer let in SSH from ${client} to port ${port}, which this task uses`,
    {
      hint: `Nothing was changed. Add a rule in an earlier task: ufw('ssh', { rule: 'allow', toPort: ${port}, proto: 'tcp' }). ufw takes the first rule that fits.`,
    },
  )
}
