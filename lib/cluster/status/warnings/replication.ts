import type { Node } from '../config.ts'
import type { Slot, Standby } from '../schema.ts'
import { size, span } from '../format.ts'
import { type Rule, critical, warning } from './warn.ts'

/** After this long without a word a standby that is still listed is taken for cut off. It reports every 10 s. */
const SILENT_SECONDS = 15

/** A replica behind its primary; a primary without its replicas; WAL kept for nobody. */
export const replication: Rule = (status, config) => {
  if (!status.postgres.up || status.postgres.old) return []
  return status.postgres.role === 'primary' ? asPrimary(status, config) : asReplica(status, config)
}

const asReplica: Rule = (
  { replication: { receiver, lagBytes, lagSeconds, slots }, postgres, heldUp },
  { thresholds },
) => [
  lagBytes === null &&
    critical(
      'not-streaming',
      receiver === null
        ? 'This replica is not connected to a primary: its lag is unknown'
        : `This replica receives no WAL from its primary ${receiver.from ?? ''} (${receiver.status}): its lag is unknown`,
    ),
  lagBytes !== null &&
    lagBytes > thresholds.lagBytes &&
    warning('lag-bytes', `This replica is ${size(lagBytes)} behind its primary`),
  lagSeconds !== null &&
    lagSeconds > thresholds.lagSeconds &&
    warning('lag-seconds', `This replica is ${span(lagSeconds)} behind its primary`),
  postgres.replayPaused === true &&
    critical(
      'replay-paused',
      `Replay is paused on this replica: it receives WAL but does not replay it, and it cannot be promoted. ${heldUp ?? 'Somebody called pg_wal_replay_pause(), or a setting is lower on this replica than on its primary. To resume: SELECT pg_wal_replay_resume()'}`,
    ),
  ...slots
    .filter(({ active, retainedBytes }) => !active && retainedBytes !== null)
    .map(({ name, retainedBytes }) =>
      warning(
        'slot-leftover',
        `Slot ${name} on this replica is left over from when it was the primary, and retains ${size(retainedBytes)} of WAL`,
      ),
    ),
]

const asPrimary: Rule = ({ replication: { standbys, slots, commitsWait } }, { peers, thresholds }) => [
  commitsWait === true &&
    critical(
      'commits-wait',
      'Commits wait, because synchronous replication is on and no replica confirms them. Bring a replica back with run-playbook site; docs/second-day.md says how to let them go on without one',
    ),
  ...peers
    .filter(({ replicationName }) => standbys.every(({ name }) => name !== replicationName))
    .map(({ name, replicationName }) => {
      const kept = slots.find((slot) => slot.name === replicationName)?.retainedBytes
      const slot = kept == null ? '' : `; its slot retains ${size(kept)} of WAL for it`
      return critical(
        'standby-missing',
        `${name} does not replicate: it is not connected to this primary${slot}`,
      )
    }),
  ...standbys.flatMap((standby) => ofStandby(standby, thresholds)),
  ...slots.map((slot) => ofSlot(slot, thresholds.slotRetainedBytes)),
  // A node's own slot is spoken of with the node.
  ...slots
    .filter(({ name, active, retainedBytes }) => !active && retainedBytes !== null && !isNode(name, peers))
    .map(({ name, retainedBytes }) =>
      warning('slot-inactive', `Slot ${name} is not used and retains ${size(retainedBytes)} of WAL`),
    ),
]

const isNode = (slot: string, peers: readonly Node[]) =>
  peers.some(({ replicationName }) => replicationName === slot)

function ofStandby(standby: Standby, thresholds: { lagBytes: number; lagSeconds: number }) {
  const { node, name, state, lagBytes, lagSeconds, replyAgeSeconds } = standby
  const who = node ?? name
  if ((replyAgeSeconds ?? 0) > SILENT_SECONDS)
    return [critical('standby-silent', `${who} has not reported for ${span(replyAgeSeconds)}`)]
  return [
    state !== 'streaming' && warning('standby-catching-up', `${who} is not streaming yet: ${state}`),
    (lagBytes ?? 0) > thresholds.lagBytes && warning('lag-bytes', `${who} is ${size(lagBytes)} behind`),
    (lagSeconds ?? 0) > thresholds.lagSeconds &&
      warning('lag-seconds', `${who} is ${span(lagSeconds)} behind`),
  ]
}

function ofSlot({ name, node, walStatus, retainedBytes, safeBytes }: Slot, most: number) {
  const replica = node ?? 'REPLICA'
  const left = safeBytes === null ? '' : `; it is lost after ${size(Math.max(0, safeBytes))} more WAL`
  switch (walStatus) {
    case 'lost':
      return critical(
        'slot-lost',
        `Slot ${name} is lost: the WAL that its replica needs is gone. To re-clone the replica: run-playbook reclone -l ${replica}`,
      )
    case 'unreserved':
      return critical(
        'slot-nearly-lost',
        `Slot ${name} will be lost at the next checkpoint, unless its replica receives WAL again: it retains ${size(retainedBytes)} of WAL`,
      )
  }
  return (
    (walStatus === 'extended' || (retainedBytes ?? 0) > most) &&
    warning('slot-behind', `Slot ${name} retains ${size(retainedBytes)} of WAL${left}`)
  )
}
