import { isIPv4, isIPv6 } from 'node:net'

/** The network of an address as `wg` prints it, `10.88.0.0/24` for `10.88.0.11/24`; `undefined` for anything else. */
export function network(text: string): string | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  const width = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > width || width === 0) return undefined
  const host = BigInt(width - Number(length))
  const bits = (toBits(address, width) >> host) << host
  return `${width === 32 ? fromBits4(bits) : fromBits6(bits)}/${Number(length)}`
}

/** Whether the second network lies within the first. */
export function contains(outer: string, inner: string): boolean {
  const [outerLength, innerLength] = [outer, inner].map((text) => Number(text.split('/')[1]))
  const sameFamily = outer.includes(':') === inner.includes(':')
  if (!sameFamily || innerLength! < outerLength!) return false
  return network(`${inner.split('/')[0]}/${outerLength}`) === network(outer)
}

function toBits(address: string, width: number): bigint {
  if (width === 32) return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
  const groups = canonical(address)
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':')))
  const [head = [], tail = []] = groups
  const zeros = Array<string>(8 - head.length - tail.length).fill('0')
  return [...head, ...zeros, ...tail].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n)
}

const fromBits4 = (bits: bigint): string => [24n, 16n, 8n, 0n].map((at) => (bits >> at) & 0xffn).join('.')

const fromBits6 = (bits: bigint): string =>
  canonical(
    Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':'),
  )

/** The shortest way to write an IPv6 address, which URLs use as well. */
const canonical = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1)
