import * as z from '../../../core/lazy-zod.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { quote, sh } from '../../../core/sh.ts'
import { mounts } from '../../shared/mounts.ts'
import { escaped, unescaped } from './fstab.ts'
import { type MountFlags, flagsOf, isBind } from './options.ts'
import { type Asked, type Line, type Source, flagsNow, isSame, shownSource } from './source.ts'

/** What is mounted at a path. */
export interface Mounted {
  /** How many file systems are mounted there, the last over the others. */
  readonly count: number
  /** What is mounted there, unless it is what was asked about. */
  readonly other: string | undefined
  /** The flags that were asked about, as they are. */
  readonly flags: MountFlags
  /** Mount points below it. */
  readonly below: readonly string[]
}

export const NOTHING: Mounted = { count: 0, other: undefined, flags: {}, below: [] }

const keySchema = z.object({
  path: z.string(),
  src: z.string().optional(),
  fstype: z.string().optional(),
  opts: z.string(),
})

export const mountedKey = ({ path, src, fstype, opts }: Asked): string =>
  JSON.stringify({ path, src, fstype, opts })

const askedOf = (key: string): Asked => keySchema.parse(JSON.parse(key))

/** What is mounted at a path, compared with what is asked for. The key is made by {@link mountedKey}. */
export const mounted: Reader<Mounted> = readerOfOne<Mounted>({
  name: 'mount',
  ask: (key) => script(askedOf(key)),
  parse: ({ stdout }, key) => {
    const lines = stdout.toString().split('\n')
    if (!lines.includes('done')) throw new Error('the host does not say what is mounted')
    return answer(askedOf(key), lines)
  },
  // What the source is matters only where something is mounted.
  sees: (key, is) => {
    const { path, src = '' } = askedOf(key)
    const compared = (is as Mounted | undefined)?.count !== 0 && src.startsWith('/')
    return [mounts.below(path), ...(compared ? [paths.at(src), mounts.at(src)] : [])]
  },
})

function answer(asked: Asked, lines: readonly string[]): Mounted {
  const all = lines.flatMap((line) => lineOf(line) ?? [])
  const here = all.filter(({ path }) => path === asked.path)
  const below = all.flatMap(({ path }) => (path === asked.path ? [] : [path]))
  // What systemd mounts when it is first used is as good as mounted.
  const real = here.filter(({ fstype }) => fstype !== 'autofs')
  const top = real.at(-1) ?? here.at(-1)
  if (top === undefined) return { ...NOTHING, below }
  const bind = isBind(asked.opts)
  const flags = flagsOf(asked.opts)
  const same = asked.src !== undefined && isSame(asked, top, sourceOf(lines))
  return {
    count: Math.max(real.length, 1),
    other: same ? undefined : shownSource(top),
    flags: top.fstype === 'autofs' ? flags : flagsNow(flags, top, bind),
    below,
  }
}

const LINE = /^m \d+ \d+ (\d+:\d+) (\S+) (\S+) (\S+) (?:\S+ )*?- (\S+) (\S*) (\S+)$/

function lineOf(text: string): Line | undefined {
  const [whole, device = '', root = '', path = '', options = '', fstype = '', source = '', all = ''] =
    LINE.exec(text) ?? []
  if (whole === undefined) return undefined
  return {
    device,
    root: unescaped(root),
    path: unescaped(path),
    options: options.split(','),
    fstype,
    source: unescaped(source),
    whole: all.split(','),
  }
}

function sourceOf(lines: readonly string[]): Source {
  const said = (word: string): string | undefined =>
    lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1)
  const [, major, minor] = /^([0-9a-f]{1,8}):([0-9a-f]{1,8})$/.exec(said('device') ?? '') ?? []
  const decimal = (hex: string): number => Number.parseInt(hex, 16)
  const inode = said('inode')
  const loop = said('loop')
  return {
    device: major === undefined || minor === undefined ? undefined : `${decimal(major)}:${decimal(minor)}`,
    inode: inode === undefined ? undefined : inode === 'same',
    loop: loop === undefined ? undefined : loop === 'same',
  }
}

function script(asked: Asked): string {
  const { path, src } = asked
  const point = quote(escaped(path))
  return `LC_ALL=C
export LC_ALL
[ -r /proc/self/mountinfo ] || exit 0
top=
while IFS= read -r line; do
  at=\${line#* * * * } at=\${at%% *}
  case $at in
    ${point}) printf 'm %s\\n' "$line"; top=\${line##* - } ;;
    ${path === '/' ? '' : `${point}/*) printf 'm %s\\n' "$line" ;;`}
  esac
done </proc/self/mountinfo
${src === undefined ? '' : `if [ -n "$top" ]; then\n${aboutSource({ ...asked, src })}\nfi`}
echo done`
}

function aboutSource({ path, src, opts }: Asked & { readonly src: string }): string {
  if (isBind(opts))
    return sh`if is=$(stat -L -c %d:%i -- ${src} 2>/dev/null) && at=$(stat -L -c %d:%i -- ${path} 2>/dev/null); then
  if [ "$is" = "$at" ]; then echo 'inode same'; else echo 'inode other'; fi
fi`
  const tag = tagOf(src)
  if (tag === undefined && !src.startsWith('/')) return ':'
  return `device=${tag === undefined ? quote(src) : byTag(tag)}
if [ -b "$device" ]; then printf 'device %s\\n' "$(stat -L -c %t:%T -- "$device")"
elif [ -f "$device" ]; then
  loop=\${top#* } loop=\${loop%% *}
  file=$(cat "/sys/block/\${loop#/dev/}/loop/backing_file" 2>/dev/null) || file=
  if [ "$file" = "$(readlink -f -- "$device")" ]; then echo 'loop same'
  elif [ -f "$file" ]; then echo 'loop other'
  fi
fi`
}

interface Tag {
  readonly name: string
  readonly value: string
}

function tagOf(src: string): Tag | undefined {
  const [, name, , value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(["']?)(.*)\2$/.exec(src) ?? []
  return name === undefined || value === undefined ? undefined : { name, value }
}

/** The device by its link; without udev there are no links, and by what findfs finds. */
const byTag = ({ name, value }: Tag): string =>
  sh`$(link=${`/dev/disk/by-${name.toLowerCase()}/${value}`}; if [ -b "$link" ]; then echo "$link"; else findfs ${`${name}=${value}`} 2>/dev/null; fi || :)`
