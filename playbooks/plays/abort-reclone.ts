import { type Host, type Play, UserError, debug, definePlay } from 'run-playbook'
import { postgresKeepsData } from 'run-playbook/roles'
import {
  type ClusterContext,
  SERVICE_CONTAINERS,
  clusterOf,
  hostVarsOf,
  refuseForeignContainers,
} from 'run-playbook/cluster'
import { chosenNodes } from './rejoin.ts'

/**
 * The nodes of `--limit` keep the data that they have, as long as that is there: the point of no return is the copy that takes its place, or on
 * a disk without room for both its beginning.
 * @throws UserError for all nodes at once, and for a node whose data is gone
 */
export function abortReclonePlays(context: ClusterContext): readonly Play[] {
  refuseForeignContainers(context, SERVICE_CONTAINERS)
  const { fact, asked } = clusterOf(context)
  const chosen = chosenNodes(context)
  const begun = chosen.filter((node) => !asked || fact(node).rejoining)
  for (const node of chosen) refuseGone(node, fact(node), asked)
  if (begun.length === 0)
    return [
      definePlay({
        name: 'nothing to abort',
        hosts: chosen,
        tasks: ({ name }) => [debug('nothing to abort', { message: `${name} is not being re-cloned` })],
      }),
    ]
  return [
    definePlay({
      name: 'old data',
      hosts: begun,
      roles: (host) => [postgresKeepsData({ name: host.name, dataDir: hostVarsOf(host).dataDir })],
    }),
  ]
}

function refuseGone(
  { name }: Host,
  fact: {
    readonly reached: boolean
    readonly rejoining: boolean
    readonly rewinding: boolean
    readonly disk: string
  },
  asked: boolean,
): void {
  if (!asked) return
  const why = !fact.reached
    ? `${name} cannot be reached`
    : fact.rejoining && fact.disk === 'none'
      ? `the old data of ${name} has been deleted`
      : fact.rewinding
        ? `pg_rewind has begun to change the data of ${name}`
        : undefined
  if (why === undefined) return
  throw new UserError('E_ABORT', `not aborted: ${why}`, {
    hint: fact.reached
      ? `The point of no return has been passed. To finish: run-playbook reclone -l ${name}. Nothing was changed.`
      : 'Bring the node back, then run the same command again. Nothing was changed.',
  })
}
