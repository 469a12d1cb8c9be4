import { type TaskList, file, mount } from 'run-playbook'
import { ROOT } from './shared.ts'
import type { Vars } from './vars.ts'

// Where a file system may be mounted, with its mode.
const FOLDERS = {
  '/boot': '0700',
  '/dev': '0755',
  '/dev/shm': '1777',
  '/home': '0755',
  '/run': '0755',
  '/tmp': '1777',
  '/var': '0755',
  '/var/log': '0755',
  '/var/tmp': '1777',
} as const

/** How file systems are mounted, and who may enter them. */
export const mounts = (vars: Vars): TaskList => [
  mount('processes of others are hidden', {
    path: '/proc',
    src: 'proc',
    fstype: 'proc',
    opts: `${vars.procOptions},hidepid=${vars.hidepid}`,
    state: 'mounted',
  }),
  Object.entries(vars.mounts).map(([path, { src, fstype, options, dump, passno }]) => {
    const ext = fstype === 'ext3' || fstype === 'ext4'
    return mount(
      `mount of ${path}`,
      {
        path,
        src,
        fstype,
        opts: options,
        dump: dump ?? Number(ext),
        passno: passno ?? (ext ? 2 : 0),
        state: 'present',
      },
      { notify: mount(`mount ${path} anew`, { path, state: 'remounted' }) },
    )
  }),
  Object.entries(FOLDERS).map(([path, mode]) =>
    file(`access to ${path}`, { path, state: 'directory', mode, ...ROOT }),
  ),
]
