import type { AptRepositoryArgs } from '../../../../lib/modules/index.ts'

type Args = Omit<AptRepositoryArgs, 'name'>

export interface Case {
  /** The text of `it.sources`; undefined where there is no file. */
  readonly text?: string
  readonly args: Args
  /** The text afterwards, without its first line. */
  readonly becomes: string | undefined
  /** The line for Ansible's `apt_repository`, of which apt makes the same. `differs`: what that cannot say. */
  readonly ansible: string | { readonly differs: string }
}

export const HEAD = '# run-playbook manages this file.\n'
const url = 'https://deb.example.org/debian'
const base = { uris: url, suites: 'bookworm', components: 'main' }
const TEXT = `Types: deb\nURIs: ${url}\nSuites: bookworm\nComponents: main\n`
const newer = { differs: 'a line of the old format has no field for it' }
const several = { differs: 'it writes one line, and this is several' }

/** Behaviours of Ansible's `deb822_repository` and `apt_repository`, in our words. */
export const CASES: Readonly<Record<string, Case>> = {
  'makes a file': { args: base, becomes: TEXT, ansible: `deb ${url} bookworm main` },
  'leaves a file that is there': {
    text: HEAD + TEXT,
    args: base,
    becomes: TEXT,
    ansible: `deb ${url} bookworm main`,
  },
  'changes a field, and takes away one that is not given': {
    text: `${HEAD}${TEXT}Trusted: yes\n`,
    args: { ...base, suites: 'trixie' },
    becomes: TEXT.replace('bookworm', 'trixie'),
    ansible: `deb ${url} trixie main`,
  },
  'replaces all that is in the file': {
    text: `${TEXT}\nTypes: deb\nURIs: https://old.example.org/\nSuites: ./\n`,
    args: base,
    becomes: TEXT,
    ansible: `deb ${url} bookworm main`,
  },
  'takes sources': {
    args: { ...base, types: 'deb-src' },
    becomes: TEXT.replace('deb\n', 'deb-src\n'),
    ansible: `deb-src ${url} bookworm main`,
  },
  'takes several components': {
    args: { ...base, components: ['main', 'contrib', 'non-free-firmware'] },
    becomes: TEXT.replace('main', 'main contrib non-free-firmware'),
    ansible: `deb ${url} bookworm main contrib non-free-firmware`,
  },
  'takes several types, addresses and suites': {
    args: {
      types: ['deb', 'deb-src'],
      uris: [url, 'http://mirror.example.org/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
    },
    becomes: `Types: deb deb-src\nURIs: ${url} http://mirror.example.org/debian\nSuites: bookworm bookworm-updates\nComponents: main\n`,
    ansible: several,
  },
  'takes a path instead of a suite': {
    args: { uris: url, suites: './' },
    becomes: `Types: deb\nURIs: ${url}\nSuites: ./\n`,
    ansible: `deb ${url} ./`,
  },
  'takes a suite with a slash in it': {
    args: { ...base, suites: 'bookworm/updates' },
    becomes: TEXT.replace('bookworm', 'bookworm/updates'),
    ansible: `deb ${url} bookworm/updates main`,
  },
  'takes architectures': {
    args: { ...base, architectures: ['amd64', 'arm64'] },
    becomes: `${TEXT}Architectures: amd64 arm64\n`,
    ansible: `deb [arch=amd64,arm64] ${url} bookworm main`,
  },
  'takes a keyring of the host': {
    args: { ...base, signedBy: '/etc/apt/trusted.gpg.d/own.asc' },
    becomes: `${TEXT}Signed-By: /etc/apt/trusted.gpg.d/own.asc\n`,
    ansible: `deb [signed-by=/etc/apt/trusted.gpg.d/own.asc] ${url} bookworm main`,
  },
  'takes fingerprints': {
    args: { ...base, signedBy: ['A'.repeat(40), `${'0'.repeat(40)}!`] },
    becomes: `${TEXT}Signed-By: ${'A'.repeat(40)} ${'0'.repeat(40)}!\n`,
    ansible: `deb [signed-by=${'A'.repeat(40)},${'0'.repeat(40)}!] ${url} bookworm main`,
  },
  'is there and not used': {
    args: { ...base, enabled: false },
    becomes: `${TEXT}Enabled: no\n`,
    ansible: newer,
  },
  'says that it is used': {
    args: { ...base, enabled: true },
    becomes: `${TEXT}Enabled: yes\n`,
    ansible: `deb ${url} bookworm main`,
  },
  'is trusted without a signature': {
    args: { ...base, trusted: true },
    becomes: `${TEXT}Trusted: yes\n`,
    ansible: `deb [trusted=yes] ${url} bookworm main`,
  },
  'takes the other options': {
    args: {
      ...base,
      languages: ['en', 'none'],
      targets: 'Packages',
      pdiffs: false,
      byHash: 'force',
      allowInsecure: true,
      allowWeak: false,
      allowDowngradeToInsecure: false,
      checkValidUntil: false,
      checkDate: true,
      dateMaxFuture: 60,
      inreleasePath: 'x/InRelease',
    },
    becomes: `${TEXT}Languages: en none\nTargets: Packages\nPDiffs: no\nBy-Hash: force\nAllow-Insecure: yes\nAllow-Weak: no
Allow-Downgrade-To-Insecure: no\nCheck-Valid-Until: no\nCheck-Date: yes\nDate-Max-Future: 60\nInRelease-Path: x/InRelease\n`,
    ansible: `deb [lang=en,none target=Packages pdiffs=no by-hash=force allow-insecure=yes allow-weak=no allow-downgrade-to-insecure=no check-valid-until=no check-date=yes date-max-future=60 inrelease-path=x/InRelease] ${url} bookworm main`,
  },
  'is removed': { text: HEAD + TEXT, args: { state: 'absent' }, becomes: undefined, ansible: newer },
  'is removed where it is not': { args: { state: 'absent' }, becomes: undefined, ansible: newer },
}
