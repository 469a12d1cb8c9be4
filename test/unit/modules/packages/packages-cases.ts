import type { PackagesArgs } from '../../../../lib/modules/index.ts'

interface Case {
  readonly args: PackagesArgs
  readonly is: 'ok' | 'changed' | 'failed'
  /** The same for Ansible's `apt`, with its own names. */
  readonly ansible: Readonly<Record<string, unknown>>
  readonly differs?: string
}

const present = (names: string | string[]) =>
  ({ args: { names, update: 'never' }, ansible: { name: names } }) as const
const absent = (names: string | string[]) =>
  ({ args: { names, state: 'absent' }, ansible: { name: names, state: 'absent' } }) as const

/** Behaviours of Ansible's `apt`, in our words. `hello` is a package that nobody has, `dpkg` and `ansible-core` are installed. */
export const CASES: Readonly<Record<string, Case>> = {
  'leaves a package that is installed': { ...present('dpkg'), is: 'ok' },
  'leaves several': { ...present(['dpkg', 'apt', 'ansible-core']), is: 'ok' },
  'installs a package': { ...present('hello'), is: 'changed' },
  'installs what is missing of several': { ...present(['dpkg', 'hello']), is: 'changed' },
  'fails for a package that the lists do not know': { ...present('rp-no-such-package'), is: 'failed' },
  'fails where one of several is not known': { ...present(['hello', 'rp-no-such-package']), is: 'failed' },
  'fails for a package that several others stand for': { ...present('awk'), is: 'failed' },
  'removes a package': { ...absent('ansible-core'), is: 'changed' },
  'has nothing to remove': { ...absent('hello'), is: 'ok' },
  'has nothing to remove of several': { ...absent(['hello', 'cowsay']), is: 'ok' },
  'has nothing to remove of what the lists do not know': { ...absent('rp-no-such-package'), is: 'ok' },
  'refuses a version': {
    args: { names: 'dpkg=1', update: 'never' },
    ansible: { name: 'dpkg=1' },
    is: 'failed',
  },
}
