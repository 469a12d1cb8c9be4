import type { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { Status } from '../../../lib/cluster/status/schema.ts'
import { type TlsReport, parseStateFile } from '../../../lib/cluster/status/state-files.ts'
import { replacedFile } from './replaced-file.ts'

/** As long as a certificate that was replaced may take to be loaded, and this service to look at it. */
const SETTLED_MS = 30_000

/** What the container of PostgreSQL says of the files, which only postgres may read. @returns undefined: it has not said anything */
export function tlsReader(socketFolder: string): () => Promise<TlsReport | undefined> {
  const report = replacedFile(join(socketFolder, 'tls.json'), parseStateFile.tls)
  return () =>
    report().catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
}

/** The files beside what clients are shown. */
export function tlsFilesOf(
  report: TlsReport | undefined,
  shown: X509Certificate | null | undefined,
  now: number,
): Status['postgres']['tlsFiles'] {
  if (report === undefined || !report.on) return null
  const { trouble, fingerprint, at } = report
  if (shown == null || fingerprint === null) return { trouble, replaced: null }
  const replaced = fingerprint !== shown.fingerprint256 && now - Date.parse(at) > SETTLED_MS
  return { trouble, replaced }
}
