/** The roles that ship: `import { postgresPrimary } from 'run-playbook/roles'`. */
export { overlayCheck } from './overlay-check/role.ts'
export { postgresBackup, postgresBackupService } from './postgres-backup/role.ts'
export { postgresDrill, postgresDrillNow } from './postgres-drill/role.ts'
export { postgresImage, postgresImageFits, postgresUpgradeImage } from './postgres-image/role.ts'
export {
  noPostgresObjectStore,
  postgresObjectStore,
  postgresObjectStoreOwner,
} from './postgres-object-store/role.ts'
export { postgresOffsite } from './postgres-offsite/role.ts'
export { postgresPasswordFiles, postgresPasswordUse, postgresPasswords } from './postgres-passwords/role.ts'
export {
  noPostgresPooler,
  noPostgresPoolerLogin,
  postgresPooler,
  postgresPoolerLogin,
} from './postgres-pooler/role.ts'
export { postgresPrimary, postgresPrimaryRestart, postgresSlots } from './postgres-primary/role.ts'
export { postgresOpensAgain, postgresStaysReplica } from './postgres-promote/abort.ts'
export {
  postgresFenced,
  postgresHandsOver,
  postgresPromoted,
  postgresPromotionSigned,
  postgresTakesOver,
} from './postgres-promote/role.ts'
export { postgresKeepsData } from './postgres-replica/keeps-data.ts'
export { postgresFollows, postgresReplica } from './postgres-replica/role.ts'
export { archivedUpToNow } from './postgres-restore/archived-up-to-now.ts'
export { noRestoredCopy } from './postgres-restore/no-restored-copy.ts'
export { repositoryKey } from './postgres-restore/repository-key.ts'
export { restoreBegun } from './postgres-restore/restore-begun.ts'
export { restoreEnded } from './postgres-restore/restore-ended.ts'
export { restoreOpens } from './postgres-restore/restore-opens.ts'
export { restorePoint } from './postgres-restore/restore-point.ts'
export { oldClusterOpens, restoreUndone } from './postgres-restore/restore-undone.ts'
export { restoredCopy } from './postgres-restore/restored-copy.ts'
export { restoredInPlace } from './postgres-restore/restored-in-place.ts'
export { setAside } from './postgres-restore/set-aside.ts'
export {
  postgresRehearsal,
  postgresUpgraded,
  upgradeBegun,
  upgradeDone,
  upgradeEnded,
  upgradeLetsGo,
  upgradeOldDataGone,
  upgradeOpens,
  upgradeOpensAgain,
  upgradePrepared,
  upgradeSetAside,
  upgradeStatistics,
  upgradeStops,
  upgradeUndone,
} from './postgres-upgrade/role.ts'
export { postgresStatusService } from './postgres-status-service/role.ts'
export { type WireguardRoleVars, wireguardRole } from './wireguard/role.ts'
// What these roles and the playbooks decide by. It is also `run-playbook/cluster`.
export {
  type Cluster,
  type ClusterContext,
  type ClusterVars,
  type NodeFact,
  type Promotion,
  type PromotionWish,
  type RestoreFact,
  type StatusFact,
  type Survey,
  type WayBack,
  clusterOf,
  clusterVars,
  nodeFact,
  planPromotion,
  restoreFact,
  restoreVars,
  statusFact,
  statusReport,
  survey,
} from 'run-playbook/cluster'
