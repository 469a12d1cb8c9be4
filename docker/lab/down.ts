import { parseArgs } from 'node:util'
import { labOptions } from './arguments.ts'
import { sayAloud } from './step.ts'
import { stopLab } from './stop.ts'

try {
  // --keep-images: the engine and what was built stay, and the next lab starts in seconds.
  const options = { ...labOptions, 'keep-images': { type: 'boolean', default: false } } as const
  const { dir, name, 'keep-images': keepImages } = parseArgs({ options }).values
  await stopLab({ dir, name, keepImages, say: sayAloud })
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
