import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Makes a namespace with a folder of its own, and removes all that is in that folder. */
const INSIDE = `
  import { execFileSync } from 'node:child_process'
  import { makeNamespace } from './test/support/namespace.ts'
  const { enter: [program, ...args], remove } = await makeNamespace(['--mount'], 'mount -t tmpfs none "$FOLDER"')
  execFileSync(program, [...args, 'sh', '-c', 'rm -rf "$FOLDER"/*; touch "$FOLDER/new"'], { stdio: 'inherit' })
  await remove()
`

describe('a namespace of a test', () => {
  let folder: string
  before(function () {
    if (process.getuid?.() !== 0) this.skip()
    folder = mkdtempSync(join(tmpdir(), 'rp-namespace.'))
    execFileSync('mkdir', ['-p', join(folder, 'root'), join(folder, 'own/kept')])
  })
  after(() => folder && rmSync(folder, { recursive: true }))

  it('stays in the chroot that the tests run in', () => {
    const chroot = `mount --rbind / "$0/root" && mount -t proc none "$0/root/proc" && exec chroot "$0/root" env -C ${resolve('.')} "$@"`
    const node = [
      process.execPath,
      '--import=tsx',
      '--conditions=source',
      '--input-type=module',
      '-e',
      INSIDE,
    ]
    const unshare = ['--mount', '--propagation', 'private', 'sh', '-c', chroot, folder, ...node]
    execFileSync('unshare', unshare, { env: { ...process.env, FOLDER: join(folder, 'own') }, stdio: 'pipe' })
    assert(existsSync(join(folder, 'own/kept')))
    assert(!existsSync(join(folder, 'own/new')))
  })
})
