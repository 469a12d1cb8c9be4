import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { LONG } from '../../../support/often.ts'
import { fullBusybox } from '../../../support/full-busybox.ts'
import { makeNamespace } from '../../../support/namespace.ts'

/** A host with accounts of its own: nothing that is done there changes this machine. */
export interface Machine {
  /** Runs in it, as root. */
  readonly shell: TestShell
  /** A path of it, seen from here. */
  at(path: string): string
  read(path: string): string
  /** Puts back the accounts that it began with. */
  reset(): void
  remove(): Promise<void>
}

const PASSWD = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`
const GROUP = 'root:x:0:\ndaemon:x:1:\nstaff:x:50:\nusers:x:100:\ndocker:x:998:\nnogroup:x:65534:\n'
const SHADOW = 'root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n'
const GSHADOW = 'root:*::\ndaemon:*::\nstaff:!::\nusers:*::\ndocker:!::\nnogroup:*::\n'

function resetAccounts(root: string): void {
  const files = { passwd: PASSWD, group: GROUP, shadow: SHADOW, gshadow: GSHADOW, subuid: '', subgid: '' }
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(root, 'etc', name), text, { mode: name.endsWith('shadow') ? 0o600 : 0o644 })
  // The folders stay: they are mounted.
  for (const folder of ['home', 'srv', 'etc/skel', 'var/mail']) {
    mkdirSync(join(root, folder), { recursive: true, mode: 0o755 })
    for (const name of readdirSync(join(root, folder))) rmSync(join(root, folder, name), { recursive: true })
  }
  writeFileSync(join(root, 'etc/skel/.profile'), 'umask 022\n')
}

function machine(root: string, shell: TestShell): Machine {
  resetAccounts(root)
  return {
    shell,
    at: (path) => join(root, path),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    reset: () => resetAccounts(root),
    remove: async () => rmSync(root, { recursive: true, force: true }),
  }
}

/** The tools of this machine, in a mount namespace in which the folders that matter are its own. */
async function withShadow(shell: TestShell): Promise<Machine> {
  const root = mkdtempSync(join(tmpdir(), 'rp-accounts.'))
  mkdirSync(join(root, 'etc'), { mode: 0o755 })
  for (const name of CONFIGURATION)
    if (existsSync(`/etc/${name}`))
      cpSync(`/etc/${name}`, join(root, 'etc', name), { recursive: true, verbatimSymlinks: true })
  const mounts = ['etc', 'home', 'srv', 'var/mail'].map(
    (folder) => `mount --bind '${root}/${folder}' /${folder}`,
  )
  const made = machine(root, [])
  const own = await makeNamespace(['--mount'], `mkdir -p /srv /var/mail && ${mounts.join(' && ')}`)
  return {
    ...made,
    shell: [...own.enter, ...shell],
    remove: async () => {
      await own.remove()
      await made.remove()
    },
  }
}

const CONFIGURATION = [
  'pam.d',
  'security',
  'default',
  'login.defs',
  'nsswitch.conf',
  'ld.so.cache',
  'alternatives',
]

/** A system that has nothing but BusyBox. */
async function withBusybox(): Promise<Machine> {
  const program = fullBusybox()
  const root = mkdtempSync(join(tmpdir(), 'rp-accounts.'))
  for (const folder of ['bin', 'tmp', 'dev', 'etc', 'root', 'proc', 'run', 'usr'])
    mkdirSync(join(root, folder), { mode: 0o755 })
  copyFileSync(program, join(root, 'bin/busybox'))
  const applets = execFileSync(program, ['--list']).toString().trim().split('\n')
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
  execFileSync('mknod', ['-m', '666', join(root, 'dev/null'), 'c', '1', '3'])
  execFileSync('mount', ['-t', 'proc', 'proc', join(root, 'proc')])
  const made = machine(root, ['chroot', root, '/bin/env', '-i', 'PATH=/bin', '/bin/sh'])
  return {
    ...made,
    remove: () => {
      execFileSync('umount', [join(root, 'proc')])
      return made.remove()
    },
  }
}

/** Those that this machine can be: one every day, all in `npm run test:long`, because a BusyBox with accounts has to be built. */
const MACHINES: Readonly<Record<string, () => Promise<Machine>>> = {
  dash: () => withShadow(['dash']),
  ...(LONG && { bash: () => withShadow(['bash', '--posix']), busybox: withBusybox }),
}

/** Describes tests that are run on each machine, as root; its accounts are put back before each of them. */
export function onEachMachine(what: string, tests: (machine: () => Machine, name: string) => void): void {
  for (const [name, make] of Object.entries(MACHINES)) {
    describe(`${what}, on a host with ${name}`, () => {
      let made: Machine | undefined
      before(async function () {
        this.timeout(240_000)
        if (process.getuid?.() !== 0) this.skip()
        made = await make()
      })
      beforeEach(() => made?.reset())
      after(() => made?.remove())
      tests(() => {
        if (made === undefined) throw new Error('there is no machine')
        return made
      }, name)
    })
  }
}
