import { UserError } from '../core/errors.ts'

/** How many hosts at a time: a number, a share of the play's hosts such as `30%`, or one after the other of a list. */
export type Serial = number | `${number}%` | readonly (number | `${number}%`)[]

/**
 * How many hosts each batch has, as Ansible's `serial`: the last size of a list goes on.
 * @throws UserError for a size that is no number of hosts
 */
export function batchSizes(serial: Serial, hosts: number, where: string): number[] {
  const list: readonly unknown[] = Array.isArray(serial) ? serial : [serial]
  const sizes = list.map((one) => sizeOf(one, hosts, where))
  if (sizes.length === 0) throw wrong(where)
  const batches: number[] = []
  for (let left = hosts; left > 0;) {
    const size = Math.min(sizes[Math.min(batches.length, sizes.length - 1)] ?? left, left)
    batches.push(size)
    left -= size
  }
  return batches
}

function sizeOf(size: unknown, hosts: number, where: string): number {
  if (typeof size === 'number' && Number.isInteger(size) && size > 0) return size
  const share = typeof size === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(size)?.[1] : undefined
  if (share === undefined || Number(share) <= 0 || Number(share) > 100) throw wrong(where)
  return Math.max(1, Math.floor((hosts * Number(share)) / 100))
}

const wrong = (where: string): UserError =>
  new UserError(
    'E_BAD_PLAY',
    `${where}: serial must be a whole number from 1, a percentage such as '30%', or a list of them`,
  )
