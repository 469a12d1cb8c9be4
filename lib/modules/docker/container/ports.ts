import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { hostPort } from '../../../core/host-port.ts'
import type { DockerContainer } from '../shared/reader.ts'

const port = z.int().min(1).max(65535)

const shape = {
  /** Port in the container. */
  container: port,
  /** Port on the host. @default one that Docker picks at every start */
  host: port.optional(),
  /** Address on the host. @default all addresses */
  ip: z.string().optional(),
  /** Of the transport. @default 'tcp' */
  protocol: z.enum(['tcp', 'udp', 'sctp']).optional(),
}

/** A port of the container that is reachable on the host. */
export interface PortMapping extends ArgsOf<typeof shape> {}

const mapping: z.ZodType<PortMapping, PortMapping> = z.strictObject(shape)

export const portMapping = z.union([
  z
    .string()
    .refine(
      (text) => parsePort(text) !== undefined,
      "must look like '10.88.0.11:5432:5432/tcp', without ranges",
    ),
  mapping,
])

/** One way to write a mapping, for comparing and for `docker create`. */
export function canonicalPort(mapping: string | PortMapping): string {
  const parsed = typeof mapping === 'string' ? parsePort(mapping) : mapping
  if (parsed === undefined) throw new TypeError(`not a port mapping: ${String(mapping)}`)
  const { ip = '', host = '', container, protocol = 'tcp' } = parsed
  const outside = ip ? `${hostPort(ip, host)}:` : host ? `${host}:` : ''
  return `${outside}${container}/${protocol}`
}

/** What a container publishes, in the same form. */
export function observedPorts({ host }: DockerContainer): string[] {
  const mappings = Object.entries(host.PortBindings).flatMap(([port, bindings]) => {
    const [container, protocol] = port.split('/')
    return bindings.map(({ HostIp: ip, HostPort: outside }) =>
      canonicalPort({
        ip,
        host: Number(outside) || undefined,
        container: Number(container),
        protocol: protocol as 'tcp' | 'udp' | 'sctp',
      }),
    )
  })
  return mappings.sort()
}

function parsePort(text: string): PortMapping | undefined {
  const match = /^(?:(?:\[([\da-f:]+)\]|([\d.]+)):(\d*):|(\d+):)?(\d+)(?:\/(tcp|udp|sctp))?$/.exec(text)
  if (!match) return undefined
  const [, ip6, ip4, boundHost, plainHost, container, protocol] = match
  const host = Number(boundHost || plainHost) || undefined
  if ([host ?? 1, Number(container)].some((number) => number < 1 || number > 65535)) return undefined
  return { ip: ip6 ?? ip4, host, container: Number(container), protocol: protocol as PortMapping['protocol'] }
}
