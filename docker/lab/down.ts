import { parseArgs } from 'node:util'
import { labOptions } from './arguments.ts'
import { stopLab } from './stop.ts'
import { sayAloud } from './step.ts'

try {
  const {
    dir,
    name,
    'keep-images': keepImages,
  } = labArguments({ 'keep-images': { type: 'boolean', default: false } })
  await stopLab({ dir: values.dir, name: values.name, keepImages: values['keep-images'], say: sayAloud })
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
