import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { listOf } from '../../shared/list-of.ts'
import { reloadArg, typeArg } from '../shared/selinux-args.ts'

const PORT = /^([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/

const isPort = (text: string): boolean => {
  const [, first, last = first] = PORT.exec(text) ?? []
  return first !== undefined && Number(first) <= Number(last) && Number(last) <= 65535
}

const port = z.union([
  z.int().min(1).max(65535),
  z.string().refine(isPort, "must be a port, or a range of ports such as '10000-10100'"),
])

const own = {
  /** One port or several: numbers, or ranges such as `'10000-10100'`. */
  ports: z.union([port, z.array(port).min(1).readonly()]),
  /** The protocol. */
  proto: z.enum(['tcp', 'udp', 'dccp', 'sctp']),
  /** The type that the ports get, such as `http_port_t`. Required with `present`. @default none with `absent` */
  setype: typeArg.optional(),
  /** `absent` removes what was set on the host. A port of the policy itself cannot be removed. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Tell the running kernel too. Where it has no SELinux, only the files of the policy change. @default true */
  reload: reloadArg,
}

export interface SeportArgs extends ArgsOf<typeof own> {}

export interface SeportValues extends Omit<SeportArgs, 'ports'> {
  readonly ports: readonly string[]
}

const schema = z
  .strictObject(own)
  .refine(({ state = 'present', setype }) => state === 'absent' || setype !== undefined, {
    path: ['setype'],
    error: 'is required with state: present',
  })

export const args = mapSchema(schema, ({ ports, ...rest }): SeportValues => ({
  ...rest,
  ports: [...new Set(listOf(ports).map(String))],
}))
