import type { Host } from 'run-playbook'
import { type RestoreNode, restoreFact } from '../../../../lib/cluster/restore/fact.ts'
import type { Situation } from '../../../../lib/cluster/restore/plan.ts'
import { bare, hosts } from '../nodes.ts'

/** What the nodes say, in their order; what is left out is of a bare node. */
export const situation = (...facts: Partial<RestoreNode>[]): Situation => ({
  nodes: hosts,
  fact: ({ name }: Host) => ({
    ...restoreFact.unknown,
    node: bare,
    ...facts[hosts.findIndex((host) => host.name === name)],
  }),
  now: new Date('2026-11-24T14:03:00Z'),
})

/** WAL segments of a timeline, a minute apart. */
export const segments = (timeline: number, ...numbers: number[]) =>
  numbers.map((number) => ({ timeline, number, at: number * 60 }))
