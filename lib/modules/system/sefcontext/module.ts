import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { ask, predict } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import {
  type Found,
  assertSemanage,
  selinuxSettings,
  semanageReader,
  semanageSteps,
} from '../shared/semanage.ts'
import { type SefcontextArgs, args, beginning } from './args.ts'

/** The label of a regular expression. */
export interface FileContext {
  readonly seuser: string
  readonly setype: string
  /** Empty where the policy has no levels. */
  readonly selevel: string
  /** It was set on this host: the policy itself may say something else. */
  readonly own: boolean
}

export type SefcontextState = Found<FileContext>

const FTYPES = {
  a: 'all files',
  f: 'regular file',
  d: 'directory',
  l: 'symbolic link',
  s: 'socket',
  p: 'named pipe',
  c: 'character device',
  b: 'block device',
} as const

const LINE = /^(\S+)\s+([a-z]+(?: [a-z]+)?)\s+(\w+):\w+:(\w+)(?::(\S+))?\s*$/

function contextIn(
  lines: readonly string[],
  ftype: string,
  target: string,
): Omit<FileContext, 'own'> | undefined {
  for (const line of lines) {
    const [, path, kind, seuser = '', setype = '', selevel = ''] = LINE.exec(line) ?? []
    if (path === target && kind === ftype) return { seuser, setype, selevel }
  }
  return undefined
}

/** The key is a letter of `ftype` and the regular expression: `a /srv(/.*)?`. */
export const fileContext = semanageReader<FileContext>('fcontext', ({ all, own }, key) => {
  const kind = Object.entries(FTYPES).find(([letter]) => letter === key.slice(0, 1))?.[1] ?? ''
  const local = contextIn(own, kind, key.slice(2))
  const found = local ?? contextIn(all, kind, key.slice(2))
  return found === undefined ? undefined : { ...found, own: local !== undefined }
})

/**
 * The SELinux label of files whose path matches a regular expression, as `semanage fcontext` sets it. Needs `semanage`, which is in the
 * package `policycoreutils-python-utils`.
 *
 * Files that exist keep the label that they have, unless `restorecon` is true.
 *
 * @dryRun Runs `semanage fcontext -l`, which takes a second or two, once for all tasks. Names what differs of the label. Whether the
 * policy knows the type is found in the run. Later tasks see the new label; what is removed is unknown to them.
 *
 * @throws UserError E_CANNOT_LOOK, E_NO_SEMANAGE, E_SELINUX_POLICY
 *
 * @example
 * sefcontext('the site', { target: '/srv/www(/.*)?', setype: 'httpd_sys_content_t', restorecon: true })
 */
export const sefcontext: Module<SefcontextArgs, SefcontextState> = defineModule({
  name: 'sefcontext',
  args,
  probe: (given) => ask(fileContext, keyOf(given)),
  plan,
  apply,
  touches: () => [selinuxSettings.at('fcontext')],
  keeps:
    (given) =>
    ({ reader, key }) =>
      reader === fileContext && key !== keyOf(given),
})

const keyOf = ({ target, ftype = 'a' }: SefcontextArgs): string => `${ftype} ${target}`

function plan(given: SefcontextArgs, found: SefcontextState): Plan {
  const { target, setype } = given
  const { entry } = assertSemanage(found)
  if (given.state === 'absent') {
    if (entry === undefined) return { changes: [], because: 'has no label' }
    if (entry.own) return { changes: [{ what: target, from: entry.setype, to: 'absent' }] }
    throw new UserError(
      'E_SELINUX_POLICY',
      `${target} is ${entry.setype} in the policy itself, which cannot be removed`,
      { hint: 'Give it another type: state present, with setype.' },
    )
  }
  const changes = (['setype', 'seuser', 'selevel'] as const).flatMap((what) =>
    given[what] === undefined || given[what] === entry?.[what]
      ? []
      : [{ what: `${target} ${what}`, from: entry?.[what] ?? 'absent', to: given[what] }],
  )
  if (changes.length === 0) return { changes, because: `already ${setype}` }
  const becomes: FileContext = {
    seuser: given.seuser ?? entry?.seuser ?? 'system_u',
    setype: setype ?? '',
    selevel: given.selevel ?? entry?.selevel ?? 's0',
    own: true,
  }
  return { changes, leaves: [predict(fileContext, keyOf(given), { entry: becomes })] }
}

function apply(given: SefcontextArgs, found: SefcontextState): ShellStep[] {
  const { target, ftype = 'a', setype = '', seuser, selevel, reload = true, restorecon = false } = given
  const entry = found?.entry
  const option = given.state === 'absent' ? '-d' : entry === undefined ? '-a' : '-m'
  const label = [
    '-t',
    setype,
    ...(seuser === undefined ? [] : ['-s', seuser]),
    ...(selevel === undefined ? [] : ['-r', selevel]),
  ]
  const command = ['fcontext', option, ...(option === '-d' ? [] : label), '-f', ftype, target]
  return [
    ...semanageSteps([command], reload),
    ...(restorecon
      ? [{ script: sh`[ ! -e /sys/fs/selinux/enforce ] || restorecon -R ${beginning(target)}` }]
      : []),
  ]
}
