import { UserError } from '../../../core/errors.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import type { IdRange } from './next-id.ts'

/** What a host makes accounts with, and what it gives to new ones. */
export interface AccountTools {
  /** `shadow`: useradd and the like. `busybox`: adduser and the like, which change hardly anything. */
  readonly kind: 'shadow' | 'busybox' | 'none'
  readonly ids: { readonly regular: IdRange; readonly system: IdRange }
  /** The login shell of new users. */
  readonly shell: string
  /** The mode of new home folders. */
  readonly homeMode: string
  /** What a new home folder gets: the names in /etc/skel. */
  readonly skeleton: readonly string[]
}

/** One key, the empty text. */
export const accountTools: Reader<AccountTools> = readerOfOne({
  name: 'account tools',
  ask: () => SCRIPT,
  parse: ({ stdout }) => {
    const lines = stdout.toString().split('\n')
    const values = (name: string): string[] =>
      lines.flatMap((line) =>
        line.startsWith(`${name} `) && !line.includes('\0') ? [line.slice(name.length + 1)] : [],
      )
    const number = (name: string): number | undefined => {
      const text = values(name).at(-1)?.trim()
      return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
    }
    const min = number('UID_MIN') ?? 1000
    const [kind] = values('kind')
    return {
      kind: kind === 'shadow' || kind === 'busybox' ? kind : 'none',
      ids: {
        regular: { min, max: number('UID_MAX') ?? 60_000 },
        system: { min: number('SYS_UID_MIN') ?? 101, max: number('SYS_UID_MAX') ?? min - 1, down: true },
      },
      shell: values('shell').at(-1) ?? '/bin/sh',
      homeMode: homeMode(values('HOME_MODE').at(-1), values('UMASK').at(-1)),
      skeleton: values('skel'),
    }
  },
  sees: () => [
    ...['/etc/login.defs', '/etc/default/useradd', '/etc/skel'].map(paths.below),
    ...TOOLS.map(paths.at),
  ],
})

const TOOLS = ['useradd', 'adduser'].flatMap((tool) => [
  `/usr/sbin/${tool}`,
  `/sbin/${tool}`,
  `/usr/bin/${tool}`,
])

// Debian has an adduser of its own, so useradd comes first. BusyBox may be built without adduser.
const SCRIPT = `PATH=$PATH:/usr/sbin:/sbin
if command -v useradd >/dev/null && command -v usermod >/dev/null; then
  echo kind shadow
  useradd -D 2>/dev/null | while IFS='=' read -r name value; do [ "$name" != SHELL ] || echo "shell $value"; done
elif adduser --help 2>&1 | grep -q BusyBox; then
  echo kind busybox
fi
[ ! -r /etc/login.defs ] || while read -r name value _; do
  case $name in UID_MIN | UID_MAX | SYS_UID_MIN | SYS_UID_MAX | HOME_MODE | UMASK) echo "$name $value" ;; esac
done </etc/login.defs
for path in /etc/skel/* /etc/skel/.*; do
  name=\${path##*/}
  case $name in . | ..) ;; *) if [ -e "$path" ] || [ -L "$path" ]; then echo "skel $name"; fi ;; esac
done
exit 0`

function homeMode(mode: string | undefined, umask: string | undefined): string {
  const octal = (text: string | undefined): number | undefined =>
    text !== undefined && /^[0-7]{1,4}$/.test(text) ? Number.parseInt(text, 8) : undefined
  return (octal(mode) ?? 0o777 & ~(octal(umask) ?? 0o022)).toString(8).padStart(4, '0')
}

/** @throws UserError where the host cannot make accounts */
export function assertTools({ kind }: AccountTools): void {
  if (kind === 'none')
    throw new UserError('E_NO_ACCOUNT_TOOLS', 'the host has neither useradd nor the adduser of BusyBox', {
      hint: 'Install the package with useradd in an earlier task: passwd on Debian, shadow-utils on RHEL, shadow on Alpine.',
    })
}

/** @throws UserError where only shadow's tools can do it */
export function assertShadow({ kind }: AccountTools, what: string): void {
  if (kind === 'shadow') return
  throw new UserError('E_UNSUPPORTED', `the tools of BusyBox cannot change ${what}`, {
    hint: "Install useradd and usermod in an earlier task: packages('shadow', { names: ['shadow'] }).",
  })
}
