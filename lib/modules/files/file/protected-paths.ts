/**
 * Whether removing the path would take the system down with it. Whoever means it can use `command`.
 */
export function isGuarded(path: string): boolean {
  return GUARDED.has(path) || /^\/(proc|sys|dev)(\/|$)/.test(path)
}

const TOP =
  'bin boot dev etc home lib lib32 lib64 libx32 lost+found media mnt opt proc root run sbin snap srv sys tmp usr var'
const ETC = 'etc/apt etc/pam.d etc/ssh etc/ssl etc/sudoers.d etc/systemd etc/systemd/system'
const USR =
  'usr/bin usr/include usr/lib usr/lib32 usr/lib64 usr/libexec usr/local usr/local/bin usr/sbin usr/share'
const VAR =
  'var/cache var/lib var/lib/apt var/lib/dpkg var/lib/docker var/lock var/log var/mail var/run var/spool var/tmp'

const GUARDED: ReadonlySet<string> = new Set([
  '/',
  ...`${TOP} ${ETC} ${USR} ${VAR}`.split(' ').map((path) => `/${path}`),
])
