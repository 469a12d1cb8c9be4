import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from './install.ts'

const FOLDER = join(tmpdir(), 'run-playbook-busybox')

const PARTS = `LFS LONG_OPTS SHOW_USAGE USE_BB_PWD_GRP USE_BB_SHADOW
USE_BB_CRYPT USE_BB_CRYPT_SHA BUSYBOX ASH SH_IS_ASH ADDUSER ADDGROUP DELUSER DELGROUP CHPASSWD
PASSWD CAT CP MV RM MKDIR RMDIR CHMOD CHOWN LN LS STAT READLINK MKTEMP HEAD TAIL CUT GREP AWK SED SORT TR WC ID ENV PRINTF ECHO
TEST TEST1 TEST2 SHA256SUM BASE64 FIND SYNC DIRNAME BASENAME PWD SLEEP TRUE FALSE TOUCH XARGS LSATTR
OD DD SEQ KILL FLOCK UNAME DATE MKFIFO SETSID NOHUP TEE EXPR TIMEOUT PS UNIQ HOSTNAME WHOAMI CMP DIFF NICE MKNOD RENICE DF`

// From Debian's own source, with lists of packages that nobody else sees.
const BUILD = `set -e
mkdir -p "$1" && cd "$1"
exec 9>lock && flock 9
[ ! -x busybox ] || exit 0
rm -rf parts lists busybox-1* && mkdir -p parts lists/partial
for suite in bookworm trixie; do
  grep -qs "$suite" /etc/os-release || continue
  printf 'Types: deb-src\\nURIs: http://deb.debian.org/debian\\nSuites: %s\\nComponents: main\\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\\n' $suite >parts/own.sources
done
get() { apt-get -q -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$PWD/parts" -o "Dir::State::lists=$PWD/lists" -o APT::Sandbox::User=root "$@"; }
get update && get source --download-only busybox
tar xf busybox_*.orig.tar.* && cd busybox-1*
make defconfig
# Of all programs only those that are named, with all that they can do.
awk -v parts=" $2 " '{ name = $0; sub(/^CONFIG_/, "", name); sub(/=.*/, "", name) }
  /=y$/ && name !~ /^(FEATURE|ASH)_/ && !index(parts, " " name " ") { print "# CONFIG_" name " is not set"; next } { print }' .config >.wanted
mv .wanted .config
sed -i 's/^# CONFIG_STATIC is not set/CONFIG_STATIC=y/' .config
{ yes '' || :; } | make oldconfig
make -j2 busybox
mv busybox ../busybox.new && cd .. && rm -rf parts lists busybox-1* busybox_* && mv busybox.new busybox`

/**
 * A BusyBox that can make accounts, as Alpine's can: Debian's is built without. Built once, which takes half a minute.
 * @returns the program, which needs no libraries
 */
export function fullBusybox(): string {
  const program = join(FOLDER, 'busybox')
  if (existsSync(program)) return program
  install('/usr/bin/make', 'make')
  install('/usr/bin/gcc', 'gcc')
  install('/usr/include/stdlib.h', 'libc6-dev')
  install('/usr/bin/bzip2', 'bzip2')
  execFileSync('sh', ['-c', BUILD, 'sh', FOLDER, PARTS.replaceAll('\n', ' ')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 26,
  })
  return program
}
