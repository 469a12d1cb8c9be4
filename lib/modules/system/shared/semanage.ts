import { UserError } from '../../../core/errors.ts'
import type { ShellStep } from '../../../core/module.ts'
import type { Reader } from '../../../core/probe.ts'
import { type ResourceKind, defineResourceKind, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { program } from '../../shared/program.ts'

/** What was set on a host beside the policy itself: ports, labels of paths, booleans. */
export const selinuxSettings: ResourceKind = defineResourceKind('selinux')

type What = 'port' | 'fcontext' | 'boolean'

/** What semanage lists, and what of it was set on the host: lines. */
export interface Listing {
  readonly all: readonly string[]
  readonly own: readonly string[]
}

/** `undefined` where the host has no semanage. */
export type Found<Entry> = { readonly entry: Entry | undefined } | undefined

const HINT = {
  hint: 'Set become: true for the task. The host also needs a policy: the package is selinux-policy-default on Debian, selinux-policy-targeted on RHEL and Fedora.',
}

/**
 * A reader of one list of semanage. It is slow, so it is run once for all keys.
 *
 * @param find the entry that the key names
 */
export function semanageReader<Entry>(
  what: What,
  find: (listing: Listing, key: string) => Entry | undefined,
): Reader<Found<Entry>> {
  return {
    name: `semanage ${what}`,
    ask: () => `LC_ALL=C; export LC_ALL
command -v semanage >/dev/null || { echo none; exit 0; }
semanage ${what} -l -n && echo ---- && semanage ${what} -l -n -C && echo ----`,
    parse: ({ stdout, stderr, code }, keys) => {
      const text = stdout.toString()
      if (text === 'none\n') return keys.map(() => undefined)
      if (code !== 0) {
        const said = stderr.toString().trim().split('\n').at(-1) ?? ''
        throw new UserError('E_CANNOT_LOOK', `semanage ${what}: ${said}`, HINT)
      }
      const [all = '', own = '', ...rest] = text.split('----\n')
      if (rest.join('') !== '' || rest.length !== 1)
        throw new Error(`semanage ${what} did not list to its end`)
      const lines = (part: string): string[] => part.split('\n').filter((line) => line.trim() !== '')
      const listing = { all: lines(all), own: lines(own) }
      return keys.map((key) => ({ entry: find(listing, key) }))
    },
    sees: () => [selinuxSettings.at(what), paths.at('/etc/selinux/config'), ...program.sees('semanage')],
  }
}

/** @throws UserError where the host has no semanage */
export function assertSemanage<Entry>(found: Found<Entry>): { readonly entry: Entry | undefined } {
  if (found !== undefined) return found
  throw new UserError('E_NO_SEMANAGE', 'there is no semanage on this host', {
    hint: "Install it in an earlier task: packages('semanage', { names: ['policycoreutils-python-utils'] }) on Debian, RHEL and Fedora. Alpine has no SELinux.",
  })
}

/** One change. The kernel is only told where it has SELinux. */
export function semanageSteps(commands: readonly (readonly string[])[], reload: boolean): ShellStep[] {
  if (commands.length === 0) return []
  return [
    {
      script: [
        'set -eu',
        'LC_ALL=C; export LC_ALL',
        reload ? 'quiet=; [ -e /sys/fs/selinux/enforce ] || quiet=-N' : 'quiet=-N',
        ...commands.map(([what = '', ...words]) => `semanage ${what} $quiet ${sh`${words}`}`),
      ].join('\n'),
      explains: true,
    },
  ]
}
