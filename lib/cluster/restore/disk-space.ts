import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import { hostVarsOf } from '../vars/host.ts'
import type { Course, Situation } from './plan.ts'
import { megabytes } from './messages.ts'

/** The backup, and the WAL that recovery reads. */
const needed = (size: number): number => size * 1.1 + 256 * 2 ** 20

/** @throws UserError when a disk is too small, before anything is touched */
export function refuseFull(
  { nodes, fact }: Situation,
  { node, order, size }: Course,
  inPlace: boolean,
): void {
  const hosts = inPlace ? nodes.filter((host) => fact(host).node.reached) : [node]
  const short = (host: Host): boolean => {
    const { free, dataSize } = fact(host)
    const room = inPlace ? free.data + (order.keep ? 0 : dataSize) : free.copies
    return room < needed(size)
  }
  const full = hosts.filter(short)
  if (full.length === 0) return
  const each = full.map((host) => {
    const { dataDir, restoreDir } = hostVarsOf(host)
    const { free } = fact(host)
    return `${host.name} has ${megabytes(inPlace ? free.data : free.copies)} in ${inPlace ? dataDir : restoreDir}`
  })
  throw new UserError(
    'E_NO_ROOM',
    `not enough disk space: the restore needs ${megabytes(needed(size))}, but ${each.join(', ')}`,
    {
      hint: inPlace
        ? 'Free some space, or delete the current data: -e keep=no'
        : 'Free some space, or set restoreDir in the inventory to a larger disk.',
    },
  )
}
