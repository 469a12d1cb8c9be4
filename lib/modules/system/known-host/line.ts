import { isIPv6 } from 'node:net'
import { createHash, createHmac } from 'node:crypto'
import { type KeyLine, isSameKey, parseKeyLine } from '../authorized-key/key.ts'

/** A line of a `known_hosts` file that has a key, and no marker such as `@revoked`. */
export interface HostLine {
  /** Names with commas between them, or one that is hashed. */
  readonly hosts: string
  /** What stands behind the names, with the spaces before it. */
  readonly rest: string
  readonly key: KeyLine
}

export function parseHostLine(line: string): HostLine | undefined {
  const [, hosts = '', rest = ''] = /^[ \t]*([^\s#@]\S*)([ \t]+\S.*)$/.exec(line) ?? []
  const key = hosts === '' ? undefined : parseKeyLine(rest)
  return key === undefined || key.options !== '' ? undefined : { hosts, rest, key }
}

/** The name as ssh writes it: in lower case, with brackets only where the port is not 22. */
export function hostName(text: string): string {
  const [, host = '', port = ''] = /^\[([^[\]]+)\]:(\d+)$/.exec(text.toLowerCase()) ?? []
  if (host === '') return text.toLowerCase()
  return Number(port) === 22 ? host : `[${host}]:${Number(port)}`
}

/** Whether it is one name or address, with a port or without: no pattern, and no list. */
export function isHostName(text: string): boolean {
  const [, host = text, port = '22'] = /^\[([^[\]]+)\]:(\d{1,5})$/.exec(text) ?? []
  const isName = /^[A-Za-z0-9_][\w.-]*$/.test(host) || isIPv6(host)
  return isName && Number(port) > 0 && Number(port) < 65_536
}

const isHashed = (hosts: string): boolean => hosts.startsWith('|1|')

/** Whether the line is of this name. A pattern such as `*.example.org` is not of one name. */
export function isOf(name: string, { hosts }: Pick<HostLine, 'hosts'>): boolean {
  if (!isHashed(hosts)) return hosts.toLowerCase().split(',').includes(name)
  const [, , salt = '', hash = ''] = hosts.split('|')
  return hash !== '' && hashOf(name, Buffer.from(salt, 'base64')) === hash
}

export const isSame = ({ key }: HostLine, wanted: KeyLine): boolean => isSameKey(key, wanted)

/** The line without the name; `undefined` where no other one is left. */
export function without(name: string, { hosts, rest }: HostLine): string | undefined {
  const others = isHashed(hosts) ? [] : hosts.split(',').filter((one) => one.toLowerCase() !== name)
  return others.length === 0 ? undefined : others.join(',') + rest
}

/** Whether the name is written as wanted. */
export const isWritten = (hashed: boolean | undefined, { hosts }: HostLine): boolean =>
  hashed === undefined || hashed === isHashed(hosts)

export function hostLine(name: string, key: KeyLine, hashed: boolean): string {
  return `${hashed ? hashedName(name, key) : name} ${key.type} ${key.blob}`
}

// The same salt each time, so that the dry run shows what the run writes. It is another one for each key.
function hashedName(name: string, { blob }: KeyLine): string {
  const salt = createHash('sha1').update(`known_hosts\0${name}\0${blob}`).digest()
  return `|1|${salt.toString('base64')}|${hashOf(name, salt)}`
}

const hashOf = (name: string, salt: Buffer): string => createHmac('sha1', salt).update(name).digest('base64')
