import { Writable } from 'node:stream'
import type { Reporter, ReporterOptions } from '../../../lib/reporters/index.ts'
import { createReporter } from '../../../lib/reporters/index.ts'
import type { RunEvent } from '../../../lib/core/events.ts'

/** A stream that keeps what it is given. */
export class Screen extends Writable {
  text = ''
  isTTY = false
  columns: number | undefined
  rows: number | undefined

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

export function terminal(columns = 120, rows = 40): Screen {
  return Object.assign(new Screen(), { isTTY: true, columns, rows })
}

type Settings = Partial<ReporterOptions> & { stdout?: Screen; stderr?: Screen }

export function reporterOn(settings: Settings = {}): { reporter: Reporter; stdout: Screen; stderr: Screen } {
  const { stdout = new Screen(), stderr = new Screen() } = settings
  return { reporter: createReporter({ env: {}, ...settings, stdout, stderr }), stdout, stderr }
}

/** What a reporter makes of the events. */
export async function report(
  events: readonly RunEvent[],
  settings: Settings = {},
): Promise<{ stdout: string; stderr: string }> {
  const { reporter, stdout, stderr } = reporterOn(settings)
  for (const event of events) reporter.handle(event)
  await reporter.finish()
  return { stdout: stdout.text, stderr: stderr.text }
}
