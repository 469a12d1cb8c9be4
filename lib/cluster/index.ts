/** What a cluster of PostgreSQL nodes is, and what is decided about it: `import { survey } from 'run-playbook/cluster'`. */
export { type AdoptFacts, adopt, adoptReport, adoptVars } from './adopt/adopt.ts'
export { type Living, livingFact } from './adopt/living.ts'
export { byHand, refuseByHand, refuseNotAdopted, staysByHand } from './by-hand.ts'
export { type Cluster, type ClusterContext, type ClusterFacts, clusterOf } from './cluster.ts'
export { nodesOf } from './nodes.ts'
export type { DiskFact } from './facts/disk.ts'
export type { DistributionFact } from './facts/distribution.ts'
export type { SecretKind, SecretsFact } from './facts/secrets.ts'
export type { FoundKind, FoundSecrets } from './secrets/found.ts'
export type { KeyFact } from './facts/key.ts'
export { LACKS, type NodeContainer, SERVICE_CONTAINERS, adopts, isShippedImage } from './facts/containers.ts'
export { buildArgsOf, taggedMajor } from './build-args.ts'
export { dockerPackagesOf } from './docker-packages.ts'
export type { EngineFact } from './facts/engine.ts'
export type { FoldersFact, Obstacle, OpenFolder } from './facts/folders.ts'
export { type NodeFact, nodeFact } from './facts/node.ts'
export { interfaceAddress, networkOf, refuseOutside } from './network.ts'
export { type Capacity, type Shortage, settingsOf } from './capacity.ts'
export type { StandbySetting } from '../postgres/standby-settings.ts'
export { capacityUnder, lowered, nodeRoleVarsOf } from './node-role-vars.ts'
export { type Settled, capacityVars, settled } from './settled.ts'
export type { ServerFact } from './facts/server.ts'
export type { SettingsFact } from './facts/settings.ts'
export { AS_OWNER } from './as-owner.ts'
export {
  ARCHIVE_CHECKED,
  BACKUP_SERVER,
  CLIENT_AUTHORITY,
  CONFIG,
  OBJECT_STORE,
  OBJECT_STORE_CA,
  PGBACKREST,
  POOLER,
  POOLER_CONFIG,
  POOLER_STATE,
  SECRETS,
  SERVER_CERTIFICATE,
  SHARED,
  mounts,
} from './places.ts'
export { type ObjectStoreSecrets, objectStoreSecretsOf } from './object-store.ts'
export { type Pooler, poolerOf } from './pooler.ts'
export { PRIVILEGES, PRIVILEGE_OPTIONS } from './privileges.ts'
export { type PromotionAbort, planPromotionAbort } from './promotion/abort.ts'
export { PROMOTION_KEY } from './promotion/operator.ts'
export { type Promotion, type PromotionWish, planPromotion } from './promotion/plan.ts'
export type { Answer as StatusAnswer, ContainerState as StatusContainerState } from './report/answer.ts'
export { type StatusFact, statusFact } from './report/fact.ts'
export { statusReport } from './report/report.ts'
export { refuseForeignContainers, refuseUnfinishedUpgrade } from './refusals.ts'
export { repositoryKeyOf } from './repository-key.ts'
export { refuseFull } from './restore/disk-space.ts'
export { type RestoreFact, type RestoreNode, restoreFact } from './restore/fact.ts'
export { type RestoreAbort, planRestoreAbort } from './restore/abort.ts'
export { abortWords, copyWords, inPlaceWords, question, repositoryWords } from './restore/messages.ts'
export { OLD_DATA } from './restore/old-data.ts'
export {
  ABORTING,
  OPENED,
  ORDER,
  type Order,
  type Report as OrderReport,
  orderSchema,
  orderText,
} from './restore/order.ts'
export { type Course, type Situation, livingPrimary, plotCourse } from './restore/plan.ts'
export { type RestoreVars, type Wish as RestoreWish, restoreVars, wishOf } from './restore/request.ts'
export { begunCourse, named, unknownCourse } from './restore/unfinished.ts'
export { foundSecrets } from './secrets/found.ts'
export { type TakeOverFacts, takeOver, takeOverReport, takeOverVars } from './secrets/take-over.ts'
export { refuseOtherSecrets, rotatedPasswords } from './secrets/refuse.ts'
export { ownerSecret } from './secrets/names.ts'
export { sandbox } from './sandbox.ts'
export { shipped } from './shipped-folder.ts'
export { type UpgradeEnd, endWords, planUpgradeAbort, planUpgradeFinish } from './upgrade/abort.ts'
export { type MajorUpgrade, type MajorWish, planMajor, upgradeQuestion } from './upgrade/begin.ts'
export { type UpgradeFact, upgradeFact } from './upgrade/fact.ts'
export { doneWords, rehearsalWords } from './upgrade/messages.ts'
export {
  KEPT_LISTS,
  UPGRADE_ORDER,
  type UpgradeOrder,
  type UpgradeState,
  keptData,
  upgradeMark,
  upgradeOrderSchema,
  upgradeOrderText,
} from './upgrade/order.ts'
export {
  type RehearsalPlan,
  type UpgradeSituation,
  type UpgradeWish,
  planRehearsal,
  upgradeImage,
} from './upgrade/plan.ts'
export { REHEARSAL, type Rehearsal, parseRehearsal } from './upgrade/rehearsal.ts'
export { type UpgradeVars, upgradeVars } from './upgrade/vars.ts'
export { unsaid } from './unsaid.ts'
export { type Survey, type WayBack, survey, wayBack, whyBack } from './survey.ts'
export { type Tuning, tune } from './tuning.ts'
export { policyEnv, retentionOptions } from './vars/backup-policy.ts'
export { type ClusterVars, clusterVars, clusterWish, yes } from './vars/cluster.ts'
export {
  CLUSTER_ROLES,
  type ClientLine,
  clientAccess,
  hbaLines,
  poolerHbaLines,
} from './vars/client-access.ts'
export { hostVarsOf } from './vars/host.ts'
export { type NodeVars, nodeVars } from './vars/node.ts'
export { type PoolerVars, poolerVars } from './vars/pooler.ts'
export { type NodeRoleVars, nodeRoleVars, slotName, slotsOfOthers } from './vars/node-role.ts'
export { type ObjectStore, objectStoreVars } from './vars/object-store.ts'
export { type StatusVars, statusVars } from './vars/status-service.ts'
