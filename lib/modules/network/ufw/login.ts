import { BlockList, isIP } from 'node:net'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { parseRule } from './rule.ts'
import type { UfwStatus } from './reader.ts'

/** The SSH connection that the task comes through. */
export interface SshLogin {
  readonly client: string
  readonly server: string
  readonly port: number
  /** Interface that has the address of the server. Undefined where the host does not say. */
  readonly interface: string | undefined
}

// sudo does not hand SSH_CONNECTION on, so it is looked for in the processes above.
const SCRIPT = `pid=$$ said=
while [ "\${pid:-0}" -gt 1 ]; do
  said=$(tr '\\0' '\\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p' | head -n 1)
  [ -z "$said" ] || break
  pid=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$pid/status" 2>/dev/null)
done
echo "$said"
set -- $said
[ $# -lt 3 ] || PATH=$PATH:/usr/sbin:/sbin ip -o addr show 2>/dev/null | awk -v server="$3" '{ split($4, part, "/"); if (part[1] == server) print $2 }'
exit 0`

/** Undefined where the host is not reached by SSH. */
export const sshLogin: Reader<SshLogin | undefined> = readerOfOne<SshLogin | undefined>({
  name: 'ssh connection',
  ask: () => SCRIPT,
  parse: ({ stdout }) => {
    const [line = '', name = ''] = stdout.toString().split('\n')
    const [client = '', , server = '', port = ''] = line.split(' ').map((word) => word.replace(/%.*/, ''))
    if (isIP(client) === 0 || isIP(server) === 0 || !/^\d{1,5}$/.test(port)) return undefined
    return { client, server, port: Number(port), interface: name === '' ? undefined : name }
  },
  sees: () => [],
})

type Match = 'yes' | 'no' | 'maybe'

/** Whether a new SSH connection of the operator would be let in. What is not certain does not count as let in. */
export function letsIn(status: UfwStatus, login: SshLogin): boolean {
  const { client, server } = login
  if (!status.enabled || client.startsWith('127.') || client === '::1') return true
  const isIPv6 = isIP(server) === 6
  if (isIPv6 && !status.ipv6) return false
  for (const text of isIPv6 ? status.rules6 : status.rules) {
    const { action, ...rule } = parseRule(text)
    const match = matches(rule, login)
    if (match === 'no') continue
    const opens = /^(allow|limit)/.test(action)
    if (match === 'yes' || !opens) return opens
  }
  return status.incoming === 'allow'
}

function matches(rule: Omit<ReturnType<typeof parseRule>, 'action'>, login: SshLogin): Match {
  const [direction = '', name] = rule.interfaces.split('_')
  const isIt =
    !rule.route &&
    direction === 'in' &&
    ['tcp', 'any'].includes(rule.proto) &&
    hasPort(rule.toPort, login.port) &&
    contains(rule.to, login.server) &&
    contains(rule.from, login.client)
  if (!isIt) return 'no'
  if (name !== undefined && login.interface !== undefined && !name.endsWith('+') && name !== login.interface)
    return 'no'
  return rule.fromPort === 'any' && (name === undefined || name === login.interface) ? 'yes' : 'maybe'
}

const hasPort = (ports: string, port: number): boolean =>
  ports === 'any' ||
  ports.split(',').some((part) => {
    const [from, to = from] = part.split(':').map(Number)
    return from !== undefined && to !== undefined && from <= port && port <= to
  })

function contains(network: string, address: string): boolean {
  const [base = '', prefix] = network.split('/')
  const kind = isIP(base) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(base) === 0 || isIP(base) !== isIP(address)) return false
  const list = new BlockList()
  list.addSubnet(base, prefix === undefined ? (kind === 'ipv6' ? 128 : 32) : Number(prefix), kind)
  return list.check(address, kind)
}
