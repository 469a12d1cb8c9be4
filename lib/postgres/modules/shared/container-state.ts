import * as z from '../../../core/lazy-zod.ts'

/** What Docker says of a container whose program is not ready. */
export interface ContainerState {
  readonly exitCode: number
  /** How often Docker has started it again since somebody started it. */
  readonly restarts: number
  /** Seconds that it ran the last time before it ended; undefined while it runs. */
  readonly ranSeconds: number | undefined
  /** Its health check: the status, and the end of what the last check printed. */
  readonly health: string | undefined
}

const schema = z.object({
  restarts: z.number(),
  state: z.object({
    ExitCode: z.number(),
    Status: z.string(),
    StartedAt: z.string(),
    FinishedAt: z.string(),
    Health: z
      .object({ Status: z.string(), Log: z.array(z.object({ Output: z.string() })).nullish() })
      .nullish(),
  }),
})

/** A line of Docker's state as JSON, where there is one, then the last lines of the log. */
export function parseContainerState(lines: readonly string[]): {
  readonly container?: ContainerState | undefined
  readonly said: string
} {
  const [first = '', ...log] = lines
  if (!first.startsWith('{"restarts":')) return { said: lines.join('\n').trim() }
  const { restarts, state } = schema.parse(JSON.parse(first))
  const ran = (Date.parse(state.FinishedAt) - Date.parse(state.StartedAt)) / 1000
  const health = state.Health ?? undefined
  return {
    said: log.join('\n').trimEnd(),
    container: {
      exitCode: state.ExitCode,
      restarts,
      // Docker also calls a container running that waits for its restart: only the status tells.
      ranSeconds: state.Status === 'running' || ran < 0 ? undefined : ran,
      health: health && [health.Status, health.Log?.at(-1)?.Output.trim()].filter(Boolean).join(': '),
    },
  }
}
