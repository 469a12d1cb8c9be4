import { UserError } from '../../../core/errors.ts'
import type { UfwArgs } from './args.ts'
import type { UfwStatus } from './reader.ts'
import { type UfwRule, parseRule, ruleText, sameRule, versionsOf, wantedRule } from './rule.ts'

/** What the firewall is to be. */
export function wantedStatus(given: UfwArgs, now: UfwStatus): UfwStatus {
  const { state, defaults = {}, logging } = given
  if (state === 'reset') return { ...now, enabled: false, running: false, rules: [], rules6: [], edited: [] }
  const level = logging === 'on' ? (now.logging === 'off' ? 'low' : now.logging) : (logging ?? now.logging)
  const on = state === 'enabled' || (state !== 'disabled' && now.enabled)
  const rules = given.rule === undefined ? {} : withRule(given, now)
  const next = {
    ...now,
    ...rules,
    enabled: on,
    running: state === 'enabled' || (state !== 'disabled' && now.running),
    logging: level,
    incoming: defaults.incoming ?? now.incoming,
    outgoing: defaults.outgoing ?? now.outgoing,
    routed: defaults.routed ?? now.routed,
  }
  return { ...next, edited: editedBy(now, next) }
}

type Rules = Pick<UfwStatus, 'rules' | 'rules6'>

function withRule(given: UfwArgs, now: UfwStatus): Rules {
  const versions = versionsOf(given)
  if (!now.ipv6 && !versions.includes(4))
    throw new UserError('E_UNSUPPORTED', 'ufw of the host does not manage IPv6', {
      hint: 'Set IPV6=yes in /etc/default/ufw in an earlier task.',
    })
  if (given.app !== undefined && given.delete !== true && !now.apps.includes(given.app))
    throw new UserError('E_NO_UFW_APP', `ufw of the host has no application profile ${given.app}`, {
      hint: 'Install the package that brings it in an earlier task, or use toPort and proto. `ufw app list` on the host names them all.',
    })
  const of = (lines: readonly string[], version: 4 | 6): readonly string[] =>
    versions.includes(version) && (version === 4 || now.ipv6)
      ? editRules(lines, wantedRule(given, version), given)
      : lines
  return { rules: of(now.rules, 4), rules6: of(now.rules6, 6) }
}

function editRules(lines: readonly string[], wanted: UfwRule, given: UfwArgs): readonly string[] {
  const isAbout = (line: string): boolean => sameRule(parseRule(line), wanted)
  if (given.delete === true)
    return lines.filter((line) => !isAbout(line) || parseRule(line).action !== wanted.action)
  const found = lines.find((line) => isAbout(line))
  if (found === undefined) {
    // Where exactly an inserted rule lands is known afterwards. For the guard it counts where it does the most harm.
    const isFirst = given.insert !== undefined && !opens(given)
    return isFirst ? [ruleText(wanted), ...lines] : [...lines, ruleText(wanted)]
  }
  return lines.map((line) => {
    const is = parseRule(line)
    if (!sameRule(is, wanted)) return line
    return ruleText({ ...is, action: wanted.action, comment: wanted.comment })
  })
}

/** Whether the rule lets more in: such a rule is made before others, one that lets less in after them. */
export const opens = ({ rule, delete: remove = false }: UfwArgs): boolean =>
  !remove && (rule === 'allow' || rule === 'limit')

/** Whether what ufw makes of the arguments is known to the last character. */
export const isCertain = (given: UfwArgs): boolean => given.insert === undefined && given.app === undefined

// ufw writes its own rules files anew with each change of rules or of logging.
function editedBy(now: UfwStatus, next: UfwStatus): readonly string[] {
  const differs = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other)
  const files = [
    ...(differs(now.rules, next.rules) || now.logging !== next.logging ? ['user.rules'] : []),
    ...(differs(now.rules6, next.rules6) || now.logging !== next.logging ? ['user6.rules'] : []),
  ]
  const order = ['before', 'after', 'user', 'before6', 'after6', 'user6'].map((name) => `${name}.rules`)
  return order.filter((file) => now.edited.includes(file) || files.includes(file))
}
