import type { MountArgs } from '../../../../lib/modules/index.ts'
import type { Behaviour } from '../files/behaviours.ts'

/** With the file of each case as `path`. */
type Args = Omit<MountArgs, 'fstab' | 'path'> & { readonly point: string }

// The module is not in ansible-core: what it does is written down from its documentation and tests.
const make = (
  text: string | undefined,
  args: Args,
  becomes: string | undefined,
  differs = 'mount is in ansible.posix',
): Behaviour<Args> => ({ text, args, becomes, ansible: { differs } })

const disk = { point: '/srv/disk', src: 'LABEL=DISK', fstype: 'ext4', state: 'present' } as const
const gone = { point: '/srv/disk', state: 'absentFromFstab' } as const
const swap = { point: 'none', src: '/swap1', fstype: 'swap', opts: 'sw', state: 'present' } as const
const LINE = 'LABEL=DISK /srv/disk ext4 defaults 0 0\n'
const ROOT = '# <what> <where>\nUUID=1-2\t/\text4\terrors=remount-ro 0 1\n\n'
const CIFS = '//nas/photo /home/pictures cifs defaults,credentials=/etc/nas.creds,uid=app'

/** Behaviours of Ansible's `mount` on fstab, in our words. */
export const CASES: Readonly<Record<string, Behaviour<Args>>> = {
  'makes the file': make(undefined, disk, LINE),
  'adds an entry': make(ROOT, disk, ROOT + LINE),
  'adds an entry after a last line without an end': make(ROOT.trimEnd(), disk, `${ROOT.trimEnd()}\n${LINE}`),
  'leaves an entry that is there': make(ROOT + LINE, disk, ROOT + LINE),
  'leaves an entry with other blanks': make(
    'LABEL=DISK\t/srv/disk  ext4 defaults\t0 0\n',
    disk,
    'LABEL=DISK\t/srv/disk  ext4 defaults\t0 0\n',
  ),
  'leaves an entry without the last two fields': make(
    'LABEL=DISK /srv/disk ext4 defaults\n',
    disk,
    'LABEL=DISK /srv/disk ext4 defaults\n',
    'Ansible takes 0 for another value than it wants, and writes the line anew',
  ),
  'changes the source': make(
    LINE + ROOT,
    { ...disk, src: 'UUID=3-4' },
    LINE.replace('LABEL=DISK', 'UUID=3-4') + ROOT,
  ),
  'changes the type': make(LINE, { ...disk, fstype: 'xfs' }, LINE.replace('ext4', 'xfs')),
  'changes the options': make(LINE, { ...disk, opts: 'noatime,ro' }, LINE.replace('defaults', 'noatime,ro')),
  'changes the last two fields': make(LINE, { ...disk, dump: 1, passno: 2 }, LINE.replace('0 0', '1 2')),
  'completes an entry when it changes': make(
    `${CIFS}\n`,
    {
      point: '/home/pictures',
      src: '//nas/photo',
      fstype: 'cifs',
      opts: 'defaults,credentials=/etc/nas.creds,uid=app,_netdev',
      state: 'present',
    },
    `${CIFS},_netdev 0 0\n`,
  ),
  'takes a comment for no entry': make(`#${LINE}`, disk, `#${LINE}${LINE}`),
  'takes a line of three words for no entry': make('a /srv/disk b\n', disk, `a /srv/disk b\n${LINE}`),
  'keeps a comment behind an entry': make(
    'LABEL=DISK /srv/disk ext4 ro # mine\n',
    disk,
    'LABEL=DISK /srv/disk ext4 defaults 0 0 # mine\n',
    'Ansible loses it',
  ),
  'adds noauto for what is not mounted at boot': make(
    '',
    { ...disk, opts: 'rw,user,async', boot: false },
    LINE.replace('defaults', 'rw,user,async,noauto'),
  ),
  'adds noauto to no options': make(
    '',
    { ...disk, boot: false },
    LINE.replace('defaults', 'defaults,noauto'),
  ),
  'adds noauto once': make(
    '',
    { ...disk, opts: 'noauto,ro', boot: false },
    LINE.replace('defaults', 'noauto,ro'),
    'Ansible adds it twice',
  ),
  'leaves noauto that the options have': make(
    '',
    { ...disk, opts: 'noauto' },
    LINE.replace('defaults', 'noauto'),
  ),
  'writes blanks and backslashes as numbers': make(
    '',
    { ...disk, point: '/srv/my disk', src: '//nas/a b\\c' },
    '//nas/a\\040b\\134c /srv/my\\040disk ext4 defaults 0 0\n',
  ),
  'finds a path with blanks': make(
    'LABEL=DISK /srv/my\\040disk ext4 defaults 0 0\n',
    { ...disk, point: '/srv/my disk' },
    'LABEL=DISK /srv/my\\040disk ext4 defaults 0 0\n',
  ),
  'writes an ampersand as it is': make(
    '',
    { ...disk, point: '/srv/a&b' },
    'LABEL=DISK /srv/a&b ext4 defaults 0 0\n',
    'Ansible writes it as a number, which only FreeBSD needs',
  ),
  'finds a path with a slash at its end': make(
    'LABEL=DISK /srv/disk/ ext4 defaults 0 0\n',
    disk,
    'LABEL=DISK /srv/disk/ ext4 defaults 0 0\n',
    'Ansible adds a second entry',
  ),
  'keeps a # in a source': make(
    'curlftpfs#ftp.example.org /srv/ftp fuse ro 0 0\n',
    { point: '/srv/ftp', src: 'curlftpfs#ftp.example.org', fstype: 'fuse', opts: 'ro', state: 'present' },
    'curlftpfs#ftp.example.org /srv/ftp fuse ro 0 0\n',
    'Ansible takes what follows # for a comment',
  ),
  'makes one entry of several': make(
    `LABEL=OLD /srv/disk ext4 ro 0 0\n${ROOT}LABEL=DISK /srv/disk xfs defaults 0 0\n`,
    disk,
    LINE + ROOT,
    'Ansible makes them all the same, so that it is mounted twice',
  ),
  'removes an entry': make(ROOT + LINE, gone, ROOT),
  'removes all entries': make(LINE + ROOT + LINE, gone, ROOT),
  'removes an entry without the last two fields': make(
    'LABEL=DISK /srv/disk ext4 defaults\n',
    gone,
    '',
    'Ansible does not find it',
  ),
  'removes an entry, whatever its source is': make(LINE, { ...gone, src: '/dev/other' }, ''),
  'has nothing to remove': make(ROOT, gone, ROOT),
  'makes no file for what is absent': make(undefined, gone, undefined, 'Ansible makes an empty one'),
  'removes the entry of what is not mounted': make(
    ROOT + LINE,
    { point: '/srv/disk', state: 'absent' },
    ROOT,
  ),
  'adds swap': make(ROOT, swap, `${ROOT}/swap1 none swap sw 0 0\n`),
  'adds a second swap': make(
    '/swap1 none swap sw 0 0\n',
    { ...swap, src: '/swap2' },
    '/swap1 none swap sw 0 0\n/swap2 none swap sw 0 0\n',
  ),
  'leaves swap that is there': make('/swap1 none swap sw 0 0\n', swap, '/swap1 none swap sw 0 0\n'),
  'removes one of two swaps': make(
    '/swap1 none swap sw 0 0\n/swap2 none swap sw 0 0\n',
    { point: 'none', src: '/swap1', state: 'absent' },
    '/swap2 none swap sw 0 0\n',
  ),
}
