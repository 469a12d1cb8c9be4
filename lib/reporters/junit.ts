import { createJunitDocument } from './junit-document.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { createSink } from './sink.ts'

/** JUnit XML for CI on standard output, printed when the run is over. `--report FILE` has it while it runs. */
export function createJunitReporter(options: ReporterOptions): Reporter {
  const sink = createSink(options.stdout)
  const document = createJunitDocument(options.check)
  return {
    handle: document.see,
    finish: () => {
      sink.lines([document.text()])
      return sink.flush()
    },
  }
}
