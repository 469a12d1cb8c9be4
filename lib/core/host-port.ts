import { isIPv6 } from 'node:net'

/**
 * A host and a port as one word: what is an IPv6 address stands in brackets (RFC 3986, 3.2.2).
 *
 * @example
 * hostPort('10.88.0.11', 5432) // '10.88.0.11:5432'
 * hostPort('fd00::11', 51820) // '[fd00::11]:51820'
 */
export const hostPort = (host: string, port: number | string): string =>
  `${isIPv6(host) ? `[${host}]` : host}:${port}`

/**
 * The other way round. The port may be missing, and an IPv6 address without one may stand without brackets.
 *
 * @example
 * splitHostPort('[fd00::11]:51820') // { host: 'fd00::11', port: 51820 }
 * splitHostPort('fd00::11') // { host: 'fd00::11', port: undefined }
 */
export function splitHostPort(text: string): { readonly host: string; readonly port: number | undefined } {
  if (isIPv6(text)) return { host: text, port: undefined }
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: bracketed ?? plain ?? text, port: port === undefined ? undefined : Number(port) }
}
