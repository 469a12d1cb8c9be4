import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { install } from '../../../support/install.ts'

install('/usr/bin/python3', 'python3')

/** What an attacker puts in the place of whatever moves in a folder. */
export const SWAPS = ['a link to a file', 'a link to a folder', 'a hard link', 'a named pipe'] as const
export type Swap = (typeof SWAPS)[number] | 'the folder that is emptied'

// By inotify, in the moment in which something happens to a name. What was there is kept, and put back after a while.
const PROGRAM = `
import ctypes, os, struct, sys
swap, folders = sys.argv[1], sys.argv[2:]
c = ctypes.CDLL(None)
watch = c.inotify_init1(0)
paths, root = {}, os.path.abspath('../root')
for one in folders: paths[c.inotify_add_watch(watch, one.encode(), 0xfff)] = one
print('ready', flush=True)
count = 0
while True:
    data, at = os.read(watch, 65536), 0
    while at < len(data):
        which, mask, _, length = struct.unpack_from('iIII', data, at)
        name = data[at + 16:at + 16 + length].rstrip(b'\\0').decode()
        at += 16 + length
        folder = paths.get(which, '.')
        if swap == 'the folder that is emptied':
            if count == 0 and mask & 0x200 and folder != '.':
                os.rename(folder, folder + '.old')
                os.symlink(root, folder)
                count = 1
                print(count, flush=True)
            continue
        if mask & 0x200 and folder != '.': name, folder = os.path.basename(folder), os.path.dirname(folder) or '.'
        if name == '' or name.startswith('old-'): continue
        path, old = folder + '/' + name, '%s/old-%d' % (folder, count)
        try:
            try: os.rename(path, old)
            except FileNotFoundError: pass
            if swap == 'a link to a file': os.symlink(root + '/secret', path)
            elif swap == 'a link to a folder': os.symlink(root, path)
            elif swap == 'a hard link': os.link(root + '/secret', path)
            else: os.mkfifo(path)
            count += 1
            print(count, flush=True)
        except OSError:
            pass
        if count % 3 == 0:
            try:
                os.unlink(path)
                os.rename(old, path)
            except OSError: pass
`

/** Somebody who watches folders of theirs and swaps what appears in them. */
export class Watcher {
  readonly #child: ChildProcess
  #swaps = 0

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** @param folders below \`cwd\`, which the user can write */
  static async start(cwd: string, uid: number, swap: Swap, folders: readonly string[]): Promise<Watcher> {
    const child = spawn('/usr/bin/python3', ['-c', PROGRAM, swap, ...folders], {
      cwd,
      uid,
      gid: uid,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const watcher = new Watcher(child)
    const lines = createInterface({ input: child.stdout })
    await new Promise((resolve) => lines.once('line', resolve))
    lines.on('line', (line) => (watcher.#swaps = Number(line)))
    return watcher
  }

  /** How often something was swapped. */
  async stop(): Promise<number> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'close')
    }
    return this.#swaps
  }
}
