import type { Question } from '../../core/probe.ts'
import { type Resource, overlaps, paths } from '../../core/resource.ts'
import { account, groups, users } from './account.ts'
import { sha256 } from './sha256.ts'
import { type Stat, stat } from './stat.ts'
import { readBody } from './text.ts'

/*
 * What a change leaves alone by convention, although nothing keeps it from doing otherwise. Dry runs count on it; a real
 * run asks again.
 */

/**
 * Files there do not change without the administrator (Filesystem Hierarchy Standard 3.0, chapter 2: static), or without a user
 * who changes a crontab.
 */
const STATIC = '/bin /boot /etc /lib /lib32 /lib64 /opt /sbin /usr /var/spool/cron'
  .split(' ')
  .map(paths.below)

/** Folders that a system comes with: whatever is put into them, they keep their mode and owner. */
const STANDARD = new Set(
  '/boot /dev /dev/shm /etc /home /media /mnt /opt /root /run /run/lock /srv /tmp /usr /usr/local /var /var/cache /var/lib /var/lock /var/log /var/mail /var/opt /var/spool /var/tmp'.split(
    ' ',
  ),
)

/** Whether the answer is about files that change only when somebody configures the host. */
export const isStatic = (seen: readonly Resource[]): boolean =>
  seen.every(
    (one) => isAccount(one) || (one.kind === paths.kind && STATIC.some((folder) => within(one, folder))),
  )

// Users and groups are in files of /etc.
const isAccount = ({ kind }: Resource): boolean => kind === users.kind || kind === groups.kind

const within = (one: Resource, folder: Resource): boolean =>
  one.name === folder.name || one.name.startsWith(`${folder.name}/`)

/** Mode and owner of a folder that every system has. */
export const isStandardFolder = (asked: Question, answer: unknown): boolean =>
  asked.reader === stat && STANDARD.has(asked.key) && (answer as Stat).type === 'directory'

/** Configuration that packages change on purpose, each by a tool of its owner: `adduser`, `pam-auth-update`, … */
const SHARED = [
  ...'passwd passwd- group group- shadow shadow- gshadow gshadow- subuid subuid- subgid subgid- shells'.split(
    ' ',
  ),
  ...'ld.so.cache localtime timezone mailcap ca-certificates.conf environment locale.gen resolv.conf'.split(
    ' ',
  ),
].map((name) => paths.at(`/etc/${name}`))
const SHARED_FOLDERS =
  'alternatives apt default init.d ld.so.conf.d pam.d rc0.d rc1.d rc2.d rc3.d rc4.d rc5.d rc6.d rcS.d ssl'
    .split(' ')
    .map((name) => paths.below(`/etc/${name}`))

/**
 * Whether the installation of packages leaves an answer as it is: configuration that is there and belongs to others, what
 * the administrator put below /usr/local (Debian policy 10.7 and 9.1.2), and accounts that exist.
 */
export function survivesInstall(asked: Question, answer: unknown, names: readonly string[]): boolean {
  const { reader, key } = asked
  if (reader === account) return answer !== undefined
  if (isStandardFolder(asked, answer)) return true
  if (reader === stat ? (answer as Stat).type === 'absent' : answer === undefined) return false
  if (reader !== stat && reader !== sha256 && reader !== readBody) return false
  if (key.startsWith('/usr/local/')) return true
  return key.startsWith('/etc/') && !isShared(key) && !isOf(key, names)
}

function isShared(path: string): boolean {
  const one = paths.at(path)
  return [...SHARED, ...SHARED_FOLDERS].some((shared) => overlaps(shared, one))
}

// `/etc/nginx` is of nginx, `/etc/cron.d` of cron, `/etc/ssh` of openssh-server.
function isOf(path: string, names: readonly string[]): boolean {
  const own = (path.split('/')[2] ?? '').replace(/\..*$/, '')
  return own === '' || names.some((name) => name.includes(own) || own.includes(name))
}
