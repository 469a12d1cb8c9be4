import type { Reporter } from './reporter.ts'

/** Several reporters as one: the screen, and the files beside it. */
export function combined(reporters: readonly Reporter[]): Reporter {
  return {
    handle: (event) => reporters.forEach((reporter) => reporter.handle(event)),
    finish: async () => {
      await Promise.all(reporters.map((reporter) => reporter.finish()))
    },
  }
}
