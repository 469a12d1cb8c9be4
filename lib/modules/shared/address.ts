import { isIP } from 'node:net'

/** One spelling for an address: `::1` for `0:0:0:0:0:0:0:1`. */
export function spelling(address: string): string {
  const [plain = '', ...zone] = address.toLowerCase().split('%')
  if (isIP(plain) !== 6) return plain
  const short = new URL(`http://[${plain}]/`).hostname.slice(1, -1)
  return [short, ...zone].join('%')
}
