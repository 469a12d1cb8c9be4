import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestShell } from '../../lib/testing/shells.ts'

/** Namespaces of their own: what is done in them does not change this machine. */
export interface Namespace {
  /** What goes before a command that is to run in them. */
  readonly enter: TestShell
  remove(): Promise<void>
}

/** POSIX sh for {@link makeNamespace}: puts folders of `root`, by their names, in the place of those of this machine. */
export const inPlaceOf = (root: string, places: Readonly<Record<string, string>>): string =>
  Object.entries(places)
    .map(([folder, place]) => `mount --bind '${root}/${folder}' '${place}'`)
    .join(' && ')

/**
 * Makes namespaces, as root.
 *
 * @param kinds options of unshare and nsenter alike, such as `--mount`
 * @param begin POSIX sh that prepares them
 */
export async function makeNamespace(kinds: readonly string[], begin: string): Promise<Namespace> {
  // They are there as long as its standard input is open.
  const own = kinds.includes('--mount') ? ['--propagation', 'private'] : []
  // Without it nsenter leaves a chroot: commands would then meet this machine's own files.
  const root = kinds.includes('--mount') ? ['--root'] : []
  const script = `{ ${begin}\n} >&2 && echo ready && exec cat`
  const holder = spawn('unshare', [...kinds, ...own, 'sh', '-ec', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'exit')
  const [said] = await Promise.race([once(holder.stdout, 'data'), ended])
  if (String(said) !== 'ready\n') throw new Error(`no namespace: ${begin}`)
  return {
    enter: ['nsenter', '-t', String(holder.pid), ...kinds, ...root, '--'],
    remove: async () => {
      holder.stdin.end()
      await ended
    },
  }
}
