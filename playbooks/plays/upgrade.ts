import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, type Play, type PlaybookContext, UserError, definePlay } from 'run-playbook'
import { postgresRehearsal, postgresUpgradeImage } from 'run-playbook/roles'
import {
  type NodeFact,
  type UpgradeFact,
  type UpgradeVars,
  buildArgsOf,
  clusterOf,
  hostVarsOf,
  isShippedImage,
  notYet,
  planRehearsal,
  refuseForeignContainers,
  rehearsalWords,
  settled,
  shipped,
  survey,
  upgradeFact,
  upgradeImage,
} from 'run-playbook/cluster'

export type UpgradeContext = PlaybookContext<
  UpgradeVars,
  { readonly node: NodeFact; readonly upgrade: UpgradeFact }
>

/** What `run-playbook upgrade` does, from what was asked and what the nodes say. */
export function upgrading(given: UpgradeContext) {
  const context = settled(given)
  const { vars, stateDir } = context
  const cluster = clusterOf(context)
  const fact = ({ name }: Host): UpgradeFact => context.facts.upgrade[name] ?? upgradeFact.unknown
  const plan = () => planRehearsal({ cluster, facts: context.facts.node, fact }, { to: vars.to, on: vars.on })

  function plays(): readonly Play[] {
    refuseForeignContainers(context, ['postgres', 'postgres-rehearsal'])
    const { node, settings } = plan()
    const image = upgradeImage(vars.image, vars.to, vars['to-image'])
    if (!vars.rehearse) throw notYet()
    if (cluster.asked && !context.limited.includes(node))
      throw new UserError('E_LIMITED', `the upgrade is rehearsed on ${node.name}, which --limit leaves out`, {
        hint: 'Leave out --limit. To choose a node: -e on=NODE.',
      })
    const archive = join(stateDir, `images/postgres-${vars.to}.tar.gz`)
    const { dataDir, backupDir, drillDir } = hostVarsOf(node)
    return [
      definePlay({
        name: 'rehearsal',
        hosts: [node],
        roles: () => [
          postgresUpgradeImage({
            image,
            to: vars.to,
            dataDir,
            archive: vars['to-image'] === undefined && existsSync(archive) ? archive : undefined,
            context: isShippedImage(image) ? shipped('docker/postgres') : undefined,
            args: buildArgsOf(cluster.fact(node), cluster.nodes.map(cluster.fact), image),
          }),
          postgresRehearsal({ to: vars.to, image, backupDir, drillDir, settings }),
        ],
      }),
    ]
  }

  function closing(): string | undefined {
    if (!cluster.asked) return undefined
    const { node } = plan()
    const { rehearsal } = fact(node)
    if (rehearsal?.result !== 'ok') return undefined
    const { primary } = survey(cluster.nodes, context.facts.node, cluster.first)
    return rehearsalWords(node.name, rehearsal, fact(primary).server)
  }

  return { plays, closing }
}
