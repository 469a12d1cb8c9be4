import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import type { Course, Situation } from './plan.ts'
import type { Order } from './order.ts'
import type { Wish } from './request.ts'

/** A restore that was cut short, when it is the one that is asked for, or none is. @throws UserError without its node */
export function begunCourse({ nodes, fact }: Situation, wish: Wish | undefined): Course | undefined {
  const order = newestOrder(nodes, fact)
  const aborting = nodes.find((host) => order !== undefined && fact(host).aborting === order.id)
  if (order !== undefined && aborting !== undefined)
    throw new UserError(
      'E_RESTORE_UNFINISHED',
      `${describeOrder(order)}, and so was its abort (${aborting.name})`,
      {
        hint: 'Finish the abort first: run-playbook restore -e in-place=yes -e abort=yes. Then run the restore again: it starts anew.',
      },
    )
  if (order === undefined || (wish !== undefined && JSON.stringify(wish) !== order.wish)) return undefined
  const node = nodes.find(({ name }) => name === order.node)
  if (node === undefined || !fact(node).node.reached)
    throw new UserError('E_RESTORE_UNFINISHED', `${describeOrder(order)}, and that node cannot be reached`, {
      hint: 'Bring that node back, or set another target to start the restore again.',
    })
  return { node, order, size: 0, why: [], point: undefined }
}

/** Another restore may have been asked for while one was unfinished: the newest counts. */
export function newestOrder(nodes: Situation['nodes'], fact: Situation['fact']): Order | undefined {
  const orders = nodes.flatMap((host) => fact(host).order ?? [])
  return orders.toSorted((one, other) => (one.id < other.id ? 1 : -1))[0]
}

export const describeOrder = ({ node, to, id }: Order): string =>
  `a restore to ${to} on ${node}, begun as ${id}, was interrupted`

/** Stands in while nothing was asked of the nodes. */
export function unknownCourse([node]: readonly Host[], keep: boolean): Course {
  const order = {
    id: 'unknown',
    node: (node as Host).name,
    to: '',
    wish: '',
    options: [],
    keep,
    abortable: false,
  }
  return { node: node as Host, order, size: 0, why: [], point: undefined }
}

/** A copy is known by its target: the same one asked for again is there already. */
export function named(course: Course): Course {
  const { order, point, node } = course
  const id = point?.name ?? `${node.name}-${order.options.join('-')}`.replace(/[^\w.]+/g, '-')
  return { ...course, order: { ...order, id } }
}
