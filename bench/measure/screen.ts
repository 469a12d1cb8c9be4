import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ScreenCost } from './results.ts'

const HOSTS = 100
const SECONDS = 10

/** How much of a processor core the screen takes while tasks end on a hundred hosts. */
export async function measureScreen(packageFolder: string): Promise<ScreenCost> {
  const program = join(packageFolder, 'dist/bench/measure/screen-run.js')
  const args = [program, String(HOSTS), String(SECONDS)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as ScreenCost
}
