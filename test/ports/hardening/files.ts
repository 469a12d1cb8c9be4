import { type TaskList, file, from, group, packages, service } from 'run-playbook'
import { type Found, modesIn, octal } from './look.ts'
import { ROOT } from './shared.ts'

// Where a file system may be mounted, with its mode.
const FOLDERS = {
  '/boot': '0700',
  '/dev/shm': '1777',
  '/home': '0755',
  '/run': '0755',
  '/tmp': '1777',
  '/var': '0755',
  '/var/log': '0755',
  '/var/tmp': '1777',
} as const

const CRON = ['cron.hourly', 'cron.daily', 'cron.weekly', 'cron.monthly', 'cron.d'] as const

/** Who may read, write and run what. */
export const files = (found: Found): TaskList => [
  group({ tags: ['cron'] }, [
    packages('cron', { names: 'cron' }),
    // CIS 5.1.1; dev-sec begins with 5.1.2.
    service('cron runs', { name: 'cron', state: 'started', enabled: true }),
    CRON.map((name) =>
      file(`access to ${name}`, { path: `/etc/${name}`, state: 'directory', mode: '0700', ...ROOT }),
    ),
    file('access to crontab', { path: '/etc/crontab', state: 'file', mode: '0600', ...ROOT }),
  ]),
  group({ tags: ['access'] }, [
    Object.entries(FOLDERS).map(([path, mode]) =>
      file(`access to ${path}`, { path, state: 'directory', mode, ...ROOT }),
    ),
    file('su for root alone', { path: '/usr/bin/su', state: 'file', mode: '0750', ...ROOT }),
    file('no setuid for ssh-keysign', { path: '/usr/lib/openssh/ssh-keysign', state: 'file', mode: '0755' }),
    from(found.setuid, (state) =>
      modesIn(state).map(({ path, mode }) =>
        file(`no setuid for ${path}`, { path, state: 'file', mode: octal(mode & 0o1777) }),
      ),
    ),
    from(found.openPrograms, (state) =>
      modesIn(state).map(({ path, mode }) =>
        file(`nobody writes to ${path}`, { path, state: 'file', mode: octal(mode & ~0o022) }),
      ),
    ),
  ]),
]
