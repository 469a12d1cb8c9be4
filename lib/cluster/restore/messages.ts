import type { Host } from '../../playbook/inventory.ts'
import { quote, raw, sh } from '../../core/sh.ts'
import { hostVarsOf } from '../vars/host.ts'
import { type Course, type Situation, livingPrimary } from './plan.ts'
import type { Order, Report } from './order.ts'

/** Where it is restored from: `the repository of node-a`. */
export const repositoryWords = ({ node, repository }: Order): string =>
  repository === 'object-store'
    ? `the repository of ${node} in the object store`
    : `the repository of ${node}`

/** What is said before a cluster is overwritten. */
export function question(situation: Situation, { node, order, why }: Course, begun: boolean): string {
  const { nodes, fact } = situation
  const primary = livingPrimary(situation)
  const reached = nodes.filter((one) => fact(one).node.reached)
  const kept = order.keep ? `, kept as pgdata.replaced-${order.id}` : ', which is not kept'
  return [
    begun
      ? `A restore of the whole cluster to ${order.to}, begun as ${order.id}, was interrupted and is continued.`
      : `This takes the whole cluster back to ${order.to}, from ${repositoryWords(order)}. What was written since is gone.`,
    ...why.map((line) => `  ${line}`),
    'It overwrites:',
    ...reached.map(
      (one) => `  ${one.name}: ${dataWords(situation, one)}${fact(one).dataSize > 0 ? kept : ''}`,
    ),
    ...(primary === undefined ? [] : living(situation, primary)),
    ...nodes
      .filter((one) => !reached.includes(one))
      .map(
        (one) => `  ${one.name} was not reached: make sure that it does not start again with its old data`,
      ),
    `Afterwards ${node.name} is the primary, and the others are copied from it. Their repositories are moved to aside-${order.id}, and new ones are started.`,
  ].join('\n')
}

function living({ fact }: Situation, primary: Host): string[] {
  const { contents, heartbeat } = fact(primary)
  return [
    `The cluster is alive, ${primary.name} is its primary${heartbeat === undefined ? '' : `, with a heartbeat of ${heartbeat} UTC`}:`,
    ...contents.map((line) => `  ${line}`),
  ]
}

function dataWords({ fact }: Situation, host: Host): string {
  const { node, dataSize } = fact(host)
  if (dataSize === 0) return 'no data'
  return `${hostVarsOf(host).dataDir}/pgdata, ${megabytes(dataSize)}, ${node.disk === 'none' ? 'not a whole cluster' : `a ${node.disk}'s, timeline ${node.timeline}`}`
}

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`

const reportWords = ({ heartbeat, commit, timeline, lsn, databases }: Report): string =>
  `Last commit ${commit || 'before the backup'}, last heartbeat ${heartbeat || 'none'}, ended at ${lsn}, now on timeline ${timeline}. ${databases}.`

/** How to get something out of a copy. */
export function copyWords(node: Host, primary: Host | undefined, report: Report, database: string): string {
  const copy = `docker exec -u postgres postgres-restore`
  const into = sh`docker exec -i -u postgres postgres psql -d ${database}`
  const dump = sh`${raw(copy)} pg_dump -d ${database} -t TABLE`
  const open = sh`docker exec -itu postgres postgres-restore psql -d ${database}`
  return [
    `A copy of the cluster runs in the container postgres-restore on ${node.name}. ${reportWords(report)}`,
    'It accepts connections only on its Unix socket:',
    `  ssh -t ${node.name} ${quote(database) === database ? open : quote(open)}`,
    ...(primary === undefined
      ? ['To export a table as SQL:', sh`  ssh ${node.name} ${dump} > table.sql`]
      : [
          'To copy a table back into the cluster, where it must not exist:',
          primary === node
            ? sh`  ssh ${node.name} ${`${dump} | ${into}`}`
            : sh`  ssh ${node.name} ${dump} | ssh ${primary.name} ${into}`,
        ]),
    'When you no longer need the copy: run-playbook restore -e remove=yes',
  ].join('\n')
}

/** What became of the cluster, and what is left of the old one. */
export function inPlaceWords({ nodes, fact }: Situation, node: Host, report: Report): string {
  const left = nodes
    .filter((one) => fact(one).node.reached)
    .map((one) => {
      const { dataDir, backupDir } = hostVarsOf(one)
      return `  ${one.name}: ${dataDir}/pgdata.replaced-${report.as}${one === node ? '' : ` and ${backupDir}/aside-${report.as}`}`
    })
  return [
    `The cluster is back, ${node.name} is its primary. ${reportWords(report)}`,
    'Old data that was kept is here; remove it when you no longer need it:',
    ...left,
  ].join('\n')
}

/** What is there after a restore was called off. */
export function abortWords(situation: Situation): string | undefined {
  const primary = livingPrimary(situation)
  return primary && `${primary.name} is the primary. To see that all is well: run-playbook status`
}
