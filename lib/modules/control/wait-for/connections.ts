import { spelling } from '../../shared/address.ts'

/** As Ansible calls them, by the number that the kernel shows. */
const STATES: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED',
  '02': 'SYN_SENT',
  '03': 'SYN_RECV',
  '04': 'FIN_WAIT1',
  '05': 'FIN_WAIT2',
  '06': 'TIME_WAIT',
}

export const CONNECTION_STATES = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
] as const

/** Which connections to a port count. */
export interface Counted {
  readonly port: number
  readonly host: string
  readonly states: readonly string[]
  readonly excludeHosts: readonly string[]
}

const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4} ([0-9A-F]{2}) /

/** How many connections to a port there are, by lines of /proc/net/tcp and /proc/net/tcp6. */
export function countConnections(
  lines: readonly string[],
  { port, host, states, excludeHosts }: Counted,
): number {
  const any = host === '0.0.0.0' || host === '::'
  const own = spelling(host)
  const excluded = new Set(excludeHosts.map(spelling))
  return lines.filter((line) => {
    const [, local = '', at = '', remote = '', state = ''] = LINE.exec(line) ?? []
    return (
      Number.parseInt(at, 16) === port &&
      states.includes(STATES[state] ?? '') &&
      (any || addressOf(local) === own) &&
      !excluded.has(addressOf(remote))
    )
  }).length
}

/** The kernel writes an address as words of the machine, most of which are little-endian. */
export function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  bytes.swap32()
  const plain = bytes.length === 16 && hex.startsWith('0000000000000000FFFF0000') ? bytes.subarray(12) : bytes
  if (plain.length === 4) return [...plain].join('.')
  const words = Array.from({ length: 8 }, (_, i) => plain.readUInt16BE(2 * i).toString(16))
  return spelling(words.join(':'))
}
