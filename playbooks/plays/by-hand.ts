import { type Host, type Play, debug, definePlay } from 'run-playbook'
import { type ClusterContext, LACKS, byHand, clusterOf } from 'run-playbook/cluster'

/** Containers that were made by hand stay as they are, on all nodes: what a replica would get needs the primary to have it first. */
export function byHandPlays(context: ClusterContext, primary: Host): readonly Play[] {
  const { fact } = clusterOf(context)
  return [
    definePlay({
      name: 'made by hand',
      hosts: 'postgres',
      tasks: (host) => {
        const container = byHand(fact(host))
        const made =
          container === undefined ? '' : ` The container postgres (image ${container.image}) ${LACKS}.`
        return [
          debug('waits for a restart', {
            message: host === primary ? `${made.trim()} ${WORDS}` : `It waits for ${primary.name}.${made}`,
          }),
        ]
      },
    }),
  ]
}

const WORDS =
  'site does nothing until it may replace it, which restarts the primary: run-playbook site -e rolling=restart. What cannot wait: run-playbook adopt --check'
