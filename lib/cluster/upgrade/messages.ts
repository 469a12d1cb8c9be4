import type { Cluster } from '../cluster.ts'
import { begunUpgrade } from './begin.ts'
import { keptData } from './order.ts'
import { type Rehearsal, secondsOf } from './rehearsal.ts'
import type { UpgradeFact } from './fact.ts'

/** What a rehearsal found, and what it says of the upgrade itself. */
export function rehearsalWords(node: string, rehearsal: Rehearsal, server: UpgradeFact['server']): string {
  const { from, to, backup, mode, times, checks } = rehearsal
  const closed = secondsOf(rehearsal, 'upgrade', 'start')
  const notes = checks.filter(({ state }) => state === 'note').map(({ name, text }) => `  ${name}: ${text}`)
  const lost = lostWords(from ?? '', server)
  return [
    `The upgrade from PostgreSQL ${from} to ${to} was rehearsed on ${node}, with the backup ${backup}. The cluster was not changed.`,
    `  ${times.map(({ name, seconds }) => `${name} ${seconds} s`).join(', ')}`,
    `While pg_upgrade runs (mode ${mode}) and the new server starts, nobody can write: here ${closed.toFixed(1)} s, and the shutdown of the primary before that.`,
    ...(notes.length + lost.length === 0 ? [] : ['Before the upgrade, and after it:', ...notes, ...lost]),
  ].join('\n')
}

// What the copy does not have, because no backup has it.
function lostWords(from: string, server: UpgradeFact['server']): string[] {
  if (server === undefined) return []
  const { logicalSlots, prepared } = server
  // pg_upgrade takes logical slots along from 17 on.
  const slots = Number.parseInt(from, 10) < 17 ? logicalSlots : []
  return [
    ...(slots.length === 0
      ? []
      : [
          `  logical slots: pg_upgrade does not keep them below 17. Their subscribers have to be caught up and made anew: ${slots.join(', ')}`,
        ]),
    ...(prepared === 0
      ? []
      : [
          `  prepared transactions: pg_upgrade refuses a cluster that has any. There are ${prepared}: COMMIT PREPARED or ROLLBACK PREPARED (pg_prepared_xacts)`,
        ]),
  ]
}

/**
 * What there is to do when the cluster is upgraded; undefined where it is not.
 * @param image of the inventory
 */
export function doneWords(cluster: Cluster, image: string): string | undefined {
  const begun = begunUpgrade(cluster)
  if (begun?.done !== true) return undefined
  const { order } = begun
  const command = `run-playbook upgrade -e to=${order.to}`
  return [
    `The cluster is PostgreSQL ${order.to} now, with ${order.node} as its primary. To do:`,
    ...(image === order.image
      ? []
      : [`  Set image: '${order.image}' in inventory.ts, then run-playbook site.`]),
    `  The old data are kept on each node, in ${keptData(order)}. To remove them: ${command} -e finish=yes.`,
    `  To go back to PostgreSQL ${order.from}: ${command} -e abort=yes. What was written since the upgrade is lost then.`,
  ].join('\n')
}
