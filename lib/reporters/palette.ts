import type { TaskStatus } from '../core/events.ts'

/** The few colours in use. The sixteen basic ones, because they follow the reader's theme. */
export interface Palette {
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
  readonly dim: Paint
  readonly bold: Paint
}

export type Paint = (text: string) => string

/** Colours of the two streams: one may be a pipe and the other a terminal. */
export interface Palettes {
  readonly stdout: Palette
  readonly stderr: Palette
}

const same: Paint = (text) => text

/** For pipes, `NO_COLOR` and tests. */
export const noColour: Palette = { red: same, green: same, yellow: same, cyan: same, dim: same, bold: same }

/** Loads chalk only when something is to be coloured. */
export async function chalkPalette(): Promise<Palette> {
  const { Chalk } = await import('chalk')
  const { red, green, yellow, cyan, dim, bold } = new Chalk({ level: 1 })
  // chalk takes any number of texts, and map() would pass it the index.
  const one =
    (paint: Paint): Paint =>
    (text) =>
      paint(text)
  return {
    red: one(red),
    green: one(green),
    yellow: one(yellow),
    cyan: one(cyan),
    dim: one(dim),
    bold: one(bold),
  }
}

/**
 * Whether to colour what goes to `stream`. Ours to decide: chalk 5 does not look at `NO_COLOR`.
 * `NO_COLOR` wins over everything, `FORCE_COLOR` over pipes and dumb terminals.
 */
export function wantsColour(stream: { isTTY?: boolean | undefined }, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '' && forced !== '0' && forced !== 'false'
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}

/** The colour of a status, everywhere the same. */
export function paintOf(status: TaskStatus, palette: Palette): Paint {
  const paints = {
    ok: palette.green,
    changed: palette.yellow,
    'would-change': palette.yellow,
    unknown: palette.cyan,
    skipped: palette.dim,
    failed: palette.red,
  }
  return paints[status]
}
