import type { SelinuxArgs } from '../../../../lib/modules/index.ts'

export interface Case {
  /** What the kernel does; it has no SELinux where it is left out. */
  readonly running?: 'enforcing' | 'permissive'
  /** The text of /etc/selinux/config; there is none where it is left out. */
  readonly config?: string
  readonly args: SelinuxArgs
  /** What changes, or what it fails with. The file is `content`. */
  readonly says: readonly string[] | RegExp
  /** The text afterwards. @default as before */
  readonly becomes?: string
}

const config = (state: string, policy = 'targeted'): string =>
  `# one of three\nSELINUX=${state}\nSELINUXTYPE=${policy}\n`

/** Behaviours of ansible.posix.selinux. The host has the policy `targeted`. */
export const CASES: Readonly<Record<string, Case>> = {
  'enforces now and at boot': {
    running: 'permissive',
    config: config('permissive'),
    args: { state: 'enforcing', policy: 'targeted' },
    says: ['now: permissive → enforcing', 'content'],
    becomes: config('enforcing'),
  },
  'enforces now, where the file has it': {
    running: 'permissive',
    config: config('enforcing'),
    args: { state: 'enforcing' },
    says: ['now: permissive → enforcing'],
  },
  'enforces at boot, where the kernel does already': {
    running: 'enforcing',
    config: config('permissive'),
    args: { state: 'enforcing' },
    says: ['content'],
    becomes: config('enforcing'),
  },
  'has nothing to do': {
    running: 'enforcing',
    config: config('enforcing'),
    args: { state: 'enforcing' },
    says: [],
  },
  'takes another policy': {
    running: 'permissive',
    config: config('permissive', 'mls'),
    args: { state: 'permissive', policy: 'targeted' },
    says: ['content'],
    becomes: config('permissive'),
  },
  'disables at boot, and is permissive until then': {
    running: 'enforcing',
    config: config('enforcing'),
    args: { state: 'disabled' },
    says: ['now: enforcing → permissive', 'content'],
    becomes: config('disabled'),
  },
  'is enabled at the next boot, where the kernel runs without it': {
    config: config('disabled'),
    args: { state: 'permissive' },
    says: ['content'],
    becomes: config('permissive'),
  },
  'adds what the file lacks': {
    config: '# empty',
    args: { state: 'permissive', policy: 'targeted' },
    says: ['content'],
    becomes: '# empty\nSELINUX=permissive\nSELINUXTYPE=targeted\n',
  },
  'changes every line that sets it': {
    config: 'SELINUX=disabled\n SELINUX=no\nSELINUX=permissive \n',
    args: { state: 'permissive' },
    says: ['content'],
    becomes: 'SELINUX=permissive\n SELINUX=no\nSELINUX=permissive \n',
  },
  'is disabled where there is no SELinux': { args: { state: 'disabled' }, says: [] },
  'fails where there is no SELinux': {
    args: { state: 'permissive' },
    says: /there is no \/etc\/selinux\/config/,
  },
  'fails for a policy that is not there': {
    config: config('permissive'),
    args: { state: 'permissive', policy: 'mls' },
    says: /the host has no policy mls/,
  },
}
