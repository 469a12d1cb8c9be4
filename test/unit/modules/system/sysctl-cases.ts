import type { SysctlArgs } from '../../../../lib/modules/index.ts'
import type { Behaviour } from '../files/behaviours.ts'

/** With the file of each case, and without the running kernel. */
type Args = Omit<SysctlArgs, 'file' | 'reload'>

// The module is not in ansible-core: what it does is written down from its documentation and tests.
const make = (
  text: string | undefined,
  args: Args,
  becomes: string | undefined,
  differs = 'sysctl is in ansible.posix',
): Behaviour<Args> => ({ text, args, becomes, ansible: { differs } })

const swappiness = { name: 'vm.swappiness', value: 5 }
const gone = { name: 'vm.swappiness', state: 'absent' } as const
const TEXT = '# memory\nvm.swappiness=60\n\n; old\nkernel.panic = 3\n'

/** Behaviours of Ansible's `sysctl` with `reload: false`, in our words. */
export const CASES: Readonly<Record<string, Behaviour<Args>>> = {
  'makes the file': make(undefined, swappiness, 'vm.swappiness=5\n'),
  'adds a setting': make('kernel.panic = 3\n', swappiness, 'kernel.panic = 3\nvm.swappiness=5\n'),
  'changes a setting': make(TEXT, swappiness, TEXT.replace('60', '5')),
  'leaves a setting that is there': make(TEXT, { ...swappiness, value: '60' }, TEXT),
  'leaves one with spaces around it': make(' vm.swappiness =  5 \n', swappiness, ' vm.swappiness =  5 \n'),
  'takes true for 1': make(
    undefined,
    { name: 'net.ipv4.ip_forward', value: true },
    'net.ipv4.ip_forward=1\n',
  ),
  'takes false for 0': make(
    undefined,
    { name: 'net.ipv4.ip_forward', value: false },
    'net.ipv4.ip_forward=0\n',
  ),
  'writes several words': make(
    undefined,
    { name: 'net.ipv4.tcp_rmem', value: ' 4096\t87380  6291456 ' },
    'net.ipv4.tcp_rmem=4096 87380 6291456\n',
  ),
  'leaves several words with other spaces': make(
    'net.ipv4.tcp_rmem = 4096\t87380\t6291456\n',
    { name: 'net.ipv4.tcp_rmem', value: '4096 87380 6291456' },
    'net.ipv4.tcp_rmem = 4096\t87380\t6291456\n',
  ),
  'removes a setting': make(TEXT, gone, TEXT.replace('vm.swappiness=60\n', '')),
  'leaves an empty file': make('vm.swappiness=60\n', gone, ''),
  'has nothing to remove': make('kernel.panic=3\n', gone, 'kernel.panic=3\n'),
  'makes no file for what is absent': make(undefined, gone, undefined),
  'takes a comment for no setting': make(
    '#vm.swappiness=60\n;vm.swappiness=60\n',
    gone,
    '#vm.swappiness=60\n;vm.swappiness=60\n',
  ),
  'takes the whole name': make(
    'vm.swappiness2=60\nxvm.swappiness=1\n',
    gone,
    'vm.swappiness2=60\nxvm.swappiness=1\n',
  ),
  'leaves other settings as they are written': make(
    'kernel.panic   =  3\nkernel.panic=4\nvm.swappiness=1\n',
    swappiness,
    'kernel.panic   =  3\nkernel.panic=4\nvm.swappiness=5\n',
    'Ansible writes all lines anew, and keeps the first of two that set the same, which did not count before',
  ),
  'leaves the last of several, which counts': make(
    'vm.swappiness=1\nkernel.panic=3\nvm.swappiness=2\n',
    swappiness,
    'kernel.panic=3\nvm.swappiness=5\n',
    'Ansible leaves the first',
  ),
  'removes all of several': make(
    'vm.swappiness=1\nkernel.panic=3\nvm.swappiness=2\n',
    gone,
    'kernel.panic=3\n',
  ),
  'knows a name with slashes': make(
    'vm/swappiness = 60\n',
    swappiness,
    'vm.swappiness=5\n',
    'Ansible adds a line',
  ),
  'knows a dash before the name': make(
    '-vm.swappiness = 60\n',
    swappiness,
    '-vm.swappiness=5\n',
    'Ansible adds a line',
  ),
  'keeps an equals sign and a percent sign in a value': make(
    undefined,
    { name: 'kernel.core_pattern', value: '|/bin/x %p a=b #c' },
    'kernel.core_pattern=|/bin/x %p a=b #c\n',
  ),
  'ends the last line': make('kernel.panic=3', swappiness, 'kernel.panic=3\nvm.swappiness=5\n'),
}
