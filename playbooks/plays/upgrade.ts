import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Confirmation,
  type Host,
  type Play,
  type PlaybookContext,
  UserError,
  definePlay,
} from 'run-playbook'
import { postgresRehearsal, postgresUpgradeImage } from 'run-playbook/roles'
import {
  type NodeFact,
  type UpgradeFact,
  type UpgradeVars,
  buildArgsOf,
  clusterOf,
  doneWords,
  endWords,
  hostVarsOf,
  isShippedImage,
  planMajor,
  planRehearsal,
  planUpgradeAbort,
  planUpgradeFinish,
  refuseByHand,
  refuseForeignContainers,
  rehearsalWords,
  settled,
  shipped,
  survey,
  upgradeFact,
  upgradeImage,
  upgradeQuestion,
} from 'run-playbook/cluster'
import { abortMajorPlays, finishMajorPlays, majorPlays } from './major-upgrade.ts'

export type UpgradeContext = PlaybookContext<
  UpgradeVars,
  { readonly node: NodeFact; readonly upgrade: UpgradeFact }
>

/** What `run-playbook upgrade` does, from what was asked and what the nodes say. `now` names an upgrade that is begun. */
export function upgrading(given: UpgradeContext, now: Date) {
  const context = settled(given)
  const { vars, stateDir } = context
  const cluster = clusterOf(context)
  const fact = ({ name }: Host): UpgradeFact => context.facts.upgrade[name] ?? upgradeFact.unknown
  const situation = { cluster, facts: context.facts.node, fact }
  const rehearsal = () => planRehearsal(situation, { to: vars.to, on: vars.on })
  const image = () => upgradeImage(vars.image, vars.to, vars['to-image'])
  const upgrade = () => planMajor(situation, { to: vars.to, image, oldImage: vars.image, now })
  const abort = () => planUpgradeAbort(cluster, { loseCommits: vars['lose-commits'] })
  const finish = () => planUpgradeFinish(cluster, vars)

  function plays(): readonly Play[] {
    refuseForeignContainers(context, [...CONTAINERS])
    if (vars.rehearse) return rehearsalPlays()
    refuseLimited()
    if (vars.finish) return finishMajorPlays(context, finish())
    if (vars.abort) return abortMajorPlays(context, abort())
    refuseByHand(context)
    const chosen = upgrade()
    return [imagePlay('image', cluster.nodes, chosen.order.image), ...majorPlays(context, chosen)]
  }

  function rehearsalPlays(): readonly Play[] {
    const { node, settings } = rehearsal()
    if (cluster.asked && !context.limited.includes(node))
      throw new UserError('E_LIMITED', `the upgrade is rehearsed on ${node.name}, which --limit leaves out`, {
        hint: 'Leave out --limit. To choose a node: -e on=NODE.',
      })
    const { backupDir, drillDir } = hostVarsOf(node)
    const name = image()
    return [
      imagePlay('rehearsal', [node], name, () =>
        postgresRehearsal({ to: vars.to, image: name, backupDir, drillDir, settings }),
      ),
    ]
  }

  function imagePlay(
    name: string,
    hosts: readonly Host[],
    image: string,
    then?: (host: Host) => ReturnType<typeof postgresRehearsal>,
  ): Play {
    const archive = join(stateDir, `images/postgres-${vars.to}.tar.gz`)
    return definePlay({
      name,
      hosts,
      anyErrorsFatal: true,
      roles: (host) => [
        postgresUpgradeImage({
          image,
          to: vars.to,
          dataDir: hostVarsOf(host).dataDir,
          archive: vars['to-image'] === undefined && existsSync(archive) ? archive : undefined,
          context: isShippedImage(image) ? shipped('docker/postgres') : undefined,
          args: buildArgsOf(cluster.fact(host), cluster.nodes.map(cluster.fact), image),
        }),
        then?.(host),
      ],
    })
  }

  function refuseLimited(): void {
    const left = cluster.nodes.filter((node) => !context.limited.includes(node))
    if (left.length === 0) return
    throw new UserError(
      'E_LIMITED',
      `an upgrade changes every node, but --limit leaves out ${left.map(({ name }) => name).join(' and ')}`,
      { hint: 'Leave out --limit.' },
    )
  }

  function confirm(): Confirmation | undefined {
    if (vars.rehearse || vars.abort || vars.finish || vars.window || !cluster.asked) return undefined
    return { text: upgradeQuestion(upgrade()), yes: 'window=yes' }
  }

  function closing(): string | undefined {
    if (!cluster.asked) return undefined
    const major = cluster.nodes.map((node) => fact(node).major).find((one) => one !== undefined)
    if (vars.abort) return endWords('abort', abort(), major)
    if (vars.finish) return endWords('finish', finish(), major)
    if (!vars.rehearse) return doneWords(cluster, vars.image)
    const { node } = rehearsal()
    const { rehearsal: last } = fact(node)
    if (last?.result !== 'ok') return undefined
    const { primary } = survey(cluster.nodes, context.facts.node, cluster.first)
    return rehearsalWords(node.name, last, fact(primary).server)
  }

  return { plays, confirm, closing }
}

const CONTAINERS = ['postgres', 'pgbackrest', 'pgbackrest-server', 'postgres-rehearsal', 'postgres-upgrade']
