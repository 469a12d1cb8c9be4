import type { DnfRepositoryArgs } from '../../../../lib/modules/index.ts'

type Args = Omit<DnfRepositoryArgs, 'name' | 'reposdir'>

export interface Case {
  /** The text of `epel.repo`; undefined where there is no file. */
  readonly text?: string
  readonly args: Args
  readonly becomes: string | undefined
  /** The same with Ansible's names. `differs`: on purpose, and why. */
  readonly ansible: Readonly<Record<string, unknown>> | { readonly differs: string }
}

const url = 'https://example.org/epel'
const base = { description: 'EPEL', baseurl: url }
const TEXT = `[epel]\nbaseurl = ${url}\nname = EPEL\n\n`
const OTHER = '[other]\nname = Other\nbaseurl = https://example.org/other\n\n'
const alike = { description: 'EPEL', baseurl: [url] }

/** Behaviours of Ansible's `yum_repository`, in our words. */
export const CASES: Readonly<Record<string, Case>> = {
  'makes a file with a section': { args: base, becomes: TEXT, ansible: alike },
  'leaves a section that is there': { text: TEXT, args: base, becomes: TEXT, ansible: alike },
  'leaves a section that says the same with other spaces and in another order': {
    text: `[epel]\nname=EPEL\nbaseurl=${url}\n`,
    args: base,
    becomes: `[epel]\nname=EPEL\nbaseurl=${url}\n`,
    ansible: alike,
  },
  'changes an option': {
    text: TEXT,
    args: { ...base, description: 'Extra' },
    becomes: TEXT.replace('EPEL', 'Extra'),
    ansible: { ...alike, description: 'Extra' },
  },
  'takes an option away that is not given': {
    text: TEXT.replace('name', 'enabled = 0\nname'),
    args: base,
    becomes: TEXT,
    ansible: alike,
  },
  'writes true and false as 1 and 0': {
    args: { ...base, enabled: false, gpgcheck: true, sslverify: false, skipIfUnavailable: true },
    becomes: `[epel]\nbaseurl = ${url}\nenabled = 0\ngpgcheck = 1\nname = EPEL\nskip_if_unavailable = 1\nsslverify = 0\n\n`,
    ansible: { ...alike, enabled: false, gpgcheck: true, sslverify: false, skip_if_unavailable: true },
  },
  'writes several addresses one a line': {
    args: {
      description: 'EPEL',
      baseurl: ['https://a.org/', 'https://b.org/'],
      gpgkey: ['https://a.org/k', 'https://b.org/k'],
    },
    becomes:
      '[epel]\nbaseurl = https://a.org/\n\thttps://b.org/\ngpgkey = https://a.org/k\n\thttps://b.org/k\nname = EPEL\n\n',
    ansible: {
      description: 'EPEL',
      baseurl: ['https://a.org/', 'https://b.org/'],
      gpgkey: ['https://a.org/k', 'https://b.org/k'],
    },
  },
  'leaves several addresses': {
    text: '[epel]\nbaseurl = https://a.org/\n  https://b.org/\nname = EPEL\n\n',
    args: { description: 'EPEL', baseurl: ['https://a.org/', 'https://b.org/'] },
    becomes: '[epel]\nbaseurl = https://a.org/\n  https://b.org/\nname = EPEL\n\n',
    ansible: { description: 'EPEL', baseurl: ['https://a.org/', 'https://b.org/'] },
  },
  'writes lists of packages as words': {
    args: { ...base, exclude: ['kernel*', 'x'], includepkgs: 'y' },
    becomes: `[epel]\nbaseurl = ${url}\nexclude = kernel* x\nincludepkgs = y\nname = EPEL\n\n`,
    ansible: { ...alike, exclude: ['kernel*', 'x'], includepkgs: ['y'] },
  },
  'takes a metalink': {
    args: { description: 'EPEL', metalink: 'https://example.org/m?repo=epel&arch=$basearch' },
    becomes: '[epel]\nmetalink = https://example.org/m?repo=epel&arch=$basearch\nname = EPEL\n\n',
    ansible: { description: 'EPEL', metalink: 'https://example.org/m?repo=epel&arch=$basearch' },
  },
  'takes a list of mirrors': {
    args: { description: 'EPEL', mirrorlist: 'https://example.org/l' },
    becomes: '[epel]\nmirrorlist = https://example.org/l\nname = EPEL\n\n',
    ansible: { description: 'EPEL', mirrorlist: 'https://example.org/l' },
  },
  'writes numbers and other options': {
    args: {
      ...base,
      priority: 10,
      cost: 5,
      metadataExpire: '6h',
      moduleHotfixes: true,
      repoGpgcheck: true,
      ipResolve: '4',
      retries: 3,
      timeout: 9,
      throttle: '50%',
      bandwidth: '1M',
      proxy: 'http://proxy:3128',
      proxyUsername: 'me',
      username: 'you',
      keepcache: true,
      deltarpmPercentage: 0,
      enablegroups: false,
      sslcacert: '/etc/a',
      sslclientcert: '/etc/b',
      sslclientkey: '/etc/c',
    },
    becomes: `[epel]\nbandwidth = 1M\nbaseurl = ${url}\ncost = 5\ndeltarpm_percentage = 0\nenablegroups = 0\nip_resolve = 4
keepcache = 1\nmetadata_expire = 6h\nmodule_hotfixes = 1\nname = EPEL\npriority = 10\nproxy = http://proxy:3128
proxy_username = me\nrepo_gpgcheck = 1\nretries = 3\nsslcacert = /etc/a\nsslclientcert = /etc/b\nsslclientkey = /etc/c
throttle = 50%\ntimeout = 9\nusername = you\n\n`,
    ansible: {
      ...alike,
      priority: '10',
      cost: '5',
      metadata_expire: '6h',
      module_hotfixes: true,
      repo_gpgcheck: true,
      ip_resolve: '4',
      retries: '3',
      timeout: '9',
      throttle: '50%',
      bandwidth: '1M',
      proxy: 'http://proxy:3128',
      proxy_username: 'me',
      username: 'you',
      keepcache: '1',
      deltarpm_percentage: '0',
      enablegroups: false,
      sslcacert: '/etc/a',
      sslclientcert: '/etc/b',
      sslclientkey: '/etc/c',
    },
  },
  'takes options that only yum knows': {
    args: { ...base, options: { failovermethod: 'priority', protect: '1' } },
    becomes: `[epel]\nbaseurl = ${url}\nfailovermethod = priority\nname = EPEL\nprotect = 1\n\n`,
    ansible: { ...alike, failovermethod: 'priority', protect: true },
  },
  'adds a section after others': {
    text: OTHER,
    args: base,
    becomes: OTHER + TEXT,
    ansible: alike,
  },
  'changes a section between others': {
    text: `${OTHER}[epel]\nname = x\n\n[last]\nname = Last\n\n`,
    args: base,
    becomes: `${OTHER}${TEXT}[last]\nname = Last\n\n`,
    ansible: { differs: 'Ansible moves the section to the end' },
  },
  'keeps comments and spaces of other sections': {
    text: '# by hand\n[other]\nname=Other # x\n; y\n\n# about epel\n[epel]\nname = x\n\n# about last\n[last]\nname=Last\n',
    args: base,
    becomes: `# by hand\n[other]\nname=Other # x\n; y\n\n# about epel\n${TEXT}# about last\n[last]\nname=Last\n`,
    ansible: { differs: 'Ansible removes all comments' },
  },
  'keeps one section of several': {
    text: `${TEXT}${OTHER}[epel]\nname = again\n\n`,
    args: base,
    becomes: TEXT + OTHER,
    ansible: { differs: 'Ansible takes it for a broken file' },
  },
  'ends the last line of the section before it': {
    text: '[other]\nname = Other',
    args: base,
    becomes: `[other]\nname = Other\n\n${TEXT}`,
    ansible: alike,
  },
  'writes to another file': {
    text: OTHER,
    args: { ...base, file: 'mine' },
    becomes: OTHER,
    ansible: { ...alike, file: 'mine' },
  },
  'removes a section': {
    text: TEXT + OTHER,
    args: { state: 'absent' },
    becomes: OTHER,
    ansible: { state: 'absent' },
  },
  'removes the file with the last section': {
    text: TEXT,
    args: { state: 'absent' },
    becomes: undefined,
    ansible: { state: 'absent' },
  },
  'leaves what is not there': {
    text: OTHER,
    args: { state: 'absent' },
    becomes: OTHER,
    ansible: { state: 'absent' },
  },
  'leaves a file that is not there': {
    args: { state: 'absent' },
    becomes: undefined,
    ansible: { state: 'absent' },
  },
}
