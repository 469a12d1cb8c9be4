import type { ReportCell } from '../../core/report.ts'
import { size, span } from '../status/format.ts'
import type { NodeStatus } from './node-status.ts'

const bad = (text: string): ReportCell => ({ text, tone: 'bad' })
const warn = (text: string): ReportCell => ({ text, tone: 'warning' })
const dim = (text: string): ReportCell => ({ text, tone: 'dim' })

/** What a column of the table says of a node that was reached. */
export type Cell = (status: NodeStatus) => ReportCell

export const role: Cell = ({ bare, fence, docker, postgres: { up, role: is, state } }) => {
  if (bare) return dim('nothing yet')
  if (fence !== null) return bad(up ? `${is}, fenced` : 'fenced')
  if (docker === 'silent') return bad(`${is ?? ''} unknown`.trim())
  if (!up) return bad(`${is ?? ''} ${state === 'starting' ? 'starting' : 'down'}`.trim())
  return is === 'primary' ? { text: 'primary', tone: 'strong' } : (is ?? '')
}

export const lag: Cell = ({ postgres, replication: { lagBytes, lagSeconds } }) => {
  if (postgres.role !== 'replica') return ''
  if (lagBytes === null) return bad('unknown')
  return (lagSeconds ?? 0) > 0.05 ? `${size(lagBytes)}, ${span(lagSeconds)}` : size(lagBytes)
}

/** Slots that keep WAL; on a replica there are some that wait for its promotion and keep none. */
export const slots: Cell = ({ postgres: { up }, replication }) => {
  const holding = replication.slots.filter(
    ({ retainedBytes, walStatus }) => retainedBytes !== null || walStatus === 'lost',
  )
  if (!up || replication.slots.length === 0) return ''
  if (holding.length === 0) return dim(`${replication.slots.length} ready`)
  const kept = holding.reduce((sum, { retainedBytes }) => sum + (retainedBytes ?? 0), 0)
  const idle = holding.filter(({ active }) => !active).length
  const lost = holding.filter(({ walStatus }) => walStatus === 'lost').length
  if (lost > 0) return bad(`${lost} of ${holding.length} lost`)
  return idle > 0
    ? warn(`${idle} of ${holding.length} idle, ${size(kept)}`)
    : `${holding.length}, ${size(kept)}`
}

export const backup: Cell = ({ bare, backups: { list, running, readAt }, repository }) => {
  if (bare) return ''
  if (readAt === null) return bad('unknown')
  const newest = list.findLast(({ result }) => result === 'ok')
  if (newest === undefined) return running === true ? warn('first running') : bad('none')
  const text = `${newest.type} ${span(newest.ageSeconds)} ago`
  return (repository?.problems.length ?? 0) > 0 || list.some(({ result }) => result !== 'ok')
    ? bad(text)
    : text
}

export const connections: Cell = ({ connections: { used, allowed } }) =>
  used === null || allowed === null ? '' : used >= allowed ? bad(`${used}/${allowed}`) : `${used}/${allowed}`

/** Clients of PgBouncer, and how many of them wait. */
export const pooler: Cell = ({ pooler }) => {
  if (pooler === null) return ''
  if (!pooler.answers) return bad('silent')
  const { clientsActive, clientsWaiting, maxClientConn, held } = pooler
  const text = `${clientsActive + clientsWaiting}/${maxClientConn}`
  if (held) return bad(`${text}, held`)
  return clientsWaiting > 0 ? warn(`${text}, ${clientsWaiting} waiting`) : text
}

export const timeline: Cell = ({ postgres }) => (postgres.timeline === null ? '' : String(postgres.timeline))

export const archive: Cell = ({ postgres: { up }, archiver: { failing, waiting } }) => {
  if (!up) return ''
  if (failing === true) return bad('failing')
  return (waiting ?? 0) > 0 ? `${waiting} waiting` : 'ok'
}

/** The beginning of what the repository can bring back, and of what the object store can, in UTC. */
export const since: Cell = ({ window, objectStore }) => {
  const minute = (time: string) => time.slice(0, 16).replace('T', ' ')
  const store =
    objectStore && `store ${objectStore.window?.from ? minute(objectStore.window.from) : 'unknown'}`
  const own = window?.from ? minute(window.from) : null
  const text = [own, store].filter((one) => one !== null).join(', ')
  const complete = window?.complete !== false && objectStore?.window?.complete !== false
  return complete ? text : warn(text)
}

export const stored: Cell = ({ databases }) => {
  const known = databases.flatMap(({ bytes }) => (bytes === null ? [] : [bytes]))
  return known.length === 0 ? '' : size(known.reduce((sum, bytes) => sum + bytes, 0))
}

export const version: Cell = ({ postgres }) => postgres.version?.split(' ')[0] ?? ''

export const uptime: Cell = ({ postgres: { uptimeSeconds } }) =>
  uptimeSeconds === null ? '' : span(uptimeSeconds)
