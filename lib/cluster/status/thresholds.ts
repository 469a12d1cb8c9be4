/** When the status warns. The service and the role that configures it read the same file. */
export const THRESHOLDS = {
  lagBytes: 64 * 2 ** 20,
  lagSeconds: 60,
  /** For `GET /readiness` without `?lag=`. Patroni's maximum_lag_on_failover. */
  readyLagBytes: 2 ** 20,
  slotRetainedBytes: 2 ** 30,
  /** Finished segments that wait for the archive. */
  archiveWaiting: 10,
  fullBackupAgeSeconds: 8 * 86_400,
  /** Of the newest backup, whatever its type: a day and two hours to take it. */
  backupAgeSeconds: 26 * 3600,
  drillAgeSeconds: 8 * 86_400,
  /** Of the oldest transaction of a client, or prepared transaction. */
  transactionAgeSeconds: 86_400,
  /** Until the certificate that clients are shown expires. A run renews it when a year is left. */
  certificateLeftSeconds: 30 * 86_400,
  /** Transactions since a database was frozen: autovacuum begins at 200 million, writes end at 2100 million. */
  transactionIdAge: 1e9,
  /** Of the connections that are allowed. */
  connectionsShare: 0.8,
  /** Of the clients that PgBouncer takes. */
  poolerClientsShare: 0.8,
  /** Of the client that waits longest for a server connection of PgBouncer. */
  poolerWaitSeconds: 5,
  /** Of the repository's disk that is left. */
  repositoryFreeShare: 0.1,
}
