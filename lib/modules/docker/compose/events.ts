/** What docker compose would do to a container, a network, a volume or an image. */
export interface ComposeEvent {
  /** Such as `container shop-web-1`. */
  readonly what: string
  /** Such as `recreated`. */
  readonly to: string
}

const DOES: Readonly<Record<string, string>> = {
  Creating: 'created',
  Recreate: 'recreated',
  Recreating: 'recreated',
  Starting: 'started',
  Restarting: 'restarted',
  Stopping: 'stopped',
  Killing: 'stopped',
  Pausing: 'paused',
  Removing: 'removed',
  Pulling: 'pulled',
  Building: 'built',
}

/** The end of something that was said before, or nothing to do. */
const DONE = new Set(
  'Created Recreated Started Restarted Running Waiting Healthy Exited Stopped Killed Paused Removed Pulled Built Skipped Exists'.split(
    ' ',
  ),
)

const IN_USE = 'Resource is still in use'

const LINE = /^ *DRY-RUN MODE - +(?:(Container|Network|Volume|Image|Service) )?(\S+|"[^"]+") +(.*?) *$/

/**
 * What the dry run of docker compose says, in the order in which it says it. A container that is made anew is not also started, and one
 * that is removed not also stopped. Words that are not known count as something to do: better than to miss it.
 */
export function eventsOf(lines: readonly string[]): readonly ComposeEvent[] {
  const events = new Map<string, string>()
  for (const line of lines) {
    const [, kind = '', name = '', status = ''] = LINE.exec(line) ?? []
    if (name === '' || name === '==>') continue
    const what = `${kind === '' ? 'image of' : kind.toLowerCase()} ${name.replaceAll('"', '').replace(/^[0-9a-f]{12}_/, '')}`
    if (status === IN_USE) events.delete(what)
    const [word = ''] = status.split(' ')
    if (status === IN_USE || DONE.has(word)) continue
    const to = DOES[word] ?? status
    const before = events.get(what)
    if (before === undefined || !(to === 'started' && before.endsWith('created'))) events.set(what, to)
  }
  return [...events].map(([what, to]) => ({ what, to }))
}
