/** Number of an IPv4 address: `10.0.0.1` is 0x0a000001. */
export const ipv4Number = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0)

/** An IPv4 address of /proc/net/route: eight digits, in the byte order of the machine. */
export function ipv4FromHex(hex: string, bigEndian: boolean): string {
  const bytes = (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))
  return (bigEndian ? bytes : bytes.toReversed()).join('.')
}

/** The usual spelling of an IPv6 address of 32 hexadecimal digits. */
export function ipv6FromHex(hex: string): string {
  const groups = hex.match(/.{4}/g) ?? []
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}

/** Ones at the beginning of a mask: `255.255.255.0` is 24. */
export const prefixOf = (mask: string): number => ipv4Number(mask).toString(2).replaceAll('0', '').length

export const within = (address: string, network: string, prefix: number): boolean => {
  const size = 2 ** (32 - prefix)
  return Math.floor(ipv4Number(address) / size) === Math.floor(ipv4Number(network) / size)
}
