import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { install } from '../support/install.ts'

/** Makes a system that has nothing but busybox, in a folder. Needs root. */
export function makeBusyboxRoot(): string {
  install('/bin/busybox', 'busybox')
  const root = mkdtempSync(join(tmpdir(), 'rp-busybox.'))
  for (const dir of ['bin', 'tmp', 'proc', 'dev', 'run', 'root', 'etc']) mkdirSync(join(root, dir))
  put('/bin/busybox', root)
  const applets = execFileSync('/bin/busybox', ['--list']).toString().trim().split('\n')
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
  // Alpine's has it, Debian's was built without.
  if (!applets.includes('flock')) put('/usr/bin/flock', root)
  execFileSync('mount', ['-t', 'proc', 'proc', join(root, 'proc')])
  execFileSync('mknod', ['-m', '666', join(root, 'dev/null'), 'c', '1', '3'])
  execFileSync('mknod', ['-m', '666', join(root, 'dev/zero'), 'c', '1', '5'])
  symlinkSync('/proc/self/fd/2', join(root, 'dev/stderr'))
  return root
}

export function removeBusyboxRoot(root: string): void {
  execFileSync('umount', [join(root, 'proc')])
  rmSync(root, { recursive: true })
}

/** Copies a program and the libraries that it names. */
function put(program: string, root: string): void {
  copyFileSync(program, join(root, 'bin', basename(program)))
  const libraries = execFileSync('sh', ['-c', `ldd ${program} || true`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for (const [file] of libraries.toString().matchAll(/\/\S+\.so\S*/g)) {
    mkdirSync(join(root, dirname(file)), { recursive: true })
    copyFileSync(file, join(root, file))
  }
}
