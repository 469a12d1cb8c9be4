/** Makes what labs start from, where it is not there yet: minutes of downloads, for which nothing else has to wait. */
import { ensureEngine } from './engine.ts'
import { withMachineLock } from './lock.ts'
import { ensureNodeImage } from './node-image.ts'
import { ensureCachedArchive } from './postgres-image.ts'
import { sayAloud } from './step.ts'

await withMachineLock(async () => {
  const engine = await ensureEngine(sayAloud)
  await ensureNodeImage(engine, sayAloud)
  await ensureCachedArchive(engine, sayAloud)
})
