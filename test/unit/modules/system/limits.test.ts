import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LimitsArgs, limits } from '../../../../lib/modules/index.ts'
import { makeNamespace } from '../../../support/namespace.ts'
import { type Behaviour, proveBehaviours } from '../files/behaviours.ts'
import { SHELLS, converge, itAsRoot, useTemp } from '../driver.ts'

type Args = Omit<LimitsArgs, 'path'>

// The module is not in ansible-core: what it does is written down from its documentation and tests.
const make = (
  text: string | undefined,
  args: Args,
  becomes: string | undefined,
  differs = 'pam_limits is in community.general',
): Behaviour<Args> => ({ text, args, becomes, ansible: { differs } })

const files: Args = { domain: 'app', type: 'soft', item: 'nofile', value: 4096 }
const gone: Args = { domain: 'app', type: 'soft', item: 'nofile', state: 'absent' }
const LINE = 'app\tsoft\tnofile\t4096\n'
const TEXT = '# ours\n*  hard core 0\napp soft nofile 1024 # why\n\n@staff - nproc 10\n'

proveBehaviours<Args>({
  module: 'pam_limits',
  task: limits,
  cases: {
    'makes the file': make(undefined, files, LINE),
    'adds a line': make('* hard core 0', files, `* hard core 0\n${LINE}`),
    'changes a value, and keeps the comment': make(
      TEXT,
      files,
      TEXT.replace('app soft nofile 1024 # why', 'app\tsoft\tnofile\t4096\t# why'),
    ),
    'leaves a line with other spaces': make(
      ' app   soft\tnofile  4096  # why',
      files,
      ' app   soft\tnofile  4096  # why',
    ),
    'changes a comment': make(
      LINE.trim(),
      { ...files, comment: ' more' },
      'app\tsoft\tnofile\t4096\t# more\n',
    ),
    'leaves a comment that is there': make(
      `${LINE.trim()} #more\n`,
      { ...files, comment: 'more' },
      `${LINE.trim()} #more\n`,
    ),
    'adds a line with a comment': make(
      undefined,
      { ...files, comment: 'why' },
      'app\tsoft\tnofile\t4096\t#why\n',
    ),
    'takes other types, items and domains for others': make(
      'app hard nofile 1\napp soft nproc 1\n@app soft nofile 1\n',
      files,
      `app hard nofile 1\napp soft nproc 1\n@app soft nofile 1\n${LINE}`,
    ),
    'takes a comment for no limit': make('#app soft nofile 4096\n', files, `#app soft nofile 4096\n${LINE}`),
    'leaves lines that are none': make(
      'app soft nofile\nnonsense\n',
      files,
      `app soft nofile\nnonsense\n${LINE}`,
    ),
    'writes unlimited': make(
      undefined,
      { ...files, item: 'core', value: 'unlimited' },
      'app\tsoft\tcore\tunlimited\n',
    ),
    'takes -1 and infinity for unlimited': make(
      'app soft core -1\n',
      { ...files, item: 'core', value: 'unlimited' },
      'app soft core -1\n',
      'Ansible compares the words',
    ),
    'leaves a higher limit with useMax': make(
      'app soft nofile 8192\n',
      { ...files, useMax: true },
      'app soft nofile 8192\n',
    ),
    'raises a lower one with useMax': make('app soft nofile 1\n', { ...files, useMax: true }, LINE),
    'leaves an unlimited one with useMax': make(
      'app soft core infinity\n',
      { ...files, item: 'core', useMax: true },
      'app soft core infinity\n',
    ),
    'leaves a lower limit with useMin': make(
      'app soft nofile 1\n',
      { ...files, useMin: true },
      'app soft nofile 1\n',
    ),
    'lowers a higher one with useMin': make('app soft nofile 8192\n', { ...files, useMin: true }, LINE),
    'lowers an unlimited one with useMin': make(
      'app soft core unlimited\n',
      { ...files, item: 'core', useMin: true },
      'app\tsoft\tcore\t4096\n',
    ),
    'leaves the last of several, which counts': make(
      'app soft nofile 1\n@x - nproc 1\napp soft nofile 2\n',
      files,
      `@x - nproc 1\n${LINE}`,
      'Ansible leaves several',
    ),
    'removes a limit': make(TEXT, gone, TEXT.replace('app soft nofile 1024 # why\n', ''), 'Ansible cannot'),
    'has nothing to remove': make('* hard core 0\n', gone, '* hard core 0\n', 'Ansible cannot'),
    'makes no file for what is absent': make(undefined, gone, undefined, 'Ansible cannot'),
    'takes a negative nice': make(
      undefined,
      { ...files, item: 'nice', value: -20 },
      'app\tsoft\tnice\t-20\n',
    ),
    'takes a folder for chroot': make(
      undefined,
      { domain: '@sftp', type: '-', item: 'chroot', value: '/srv/sftp' },
      '@sftp\t-\tchroot\t/srv/sftp\n',
      'Ansible knows no chroot',
    ),
  },
})

describe('the file of a limit', () => {
  const temp = useTemp()

  itAsRoot('is one of its own in limits.d, on every shell', async () => {
    for (const shell of Object.values(SHELLS)) {
      const root = mkdtempSync(join(tmpdir(), 'rp-limits.'))
      mkdirSync(join(root, 'limits.d'), { mode: 0o755 })
      const own = await makeNamespace(['--mount'], `mount --bind '${root}' /etc/security`)
      try {
        const inside = [...own.enter, ...shell]
        const done = await converge(limits('it', files), inside)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.equal(readFileSync(join(root, 'limits.d/99-run-playbook.conf'), 'utf8'), LINE)
        assert.deepEqual((await converge(limits('it', files), inside)).changes, [])
      } finally {
        await own.remove()
        rmSync(root, { recursive: true, force: true })
      }
    }
  })

  it('is not made where the host has no PAM', async () => {
    await assert.rejects(converge(limits('it', { ...files, path: join(temp(), 'none/x.conf') })), {
      code: 'E_NO_DIRECTORY',
    })
  })
})

describe('arguments of limits', () => {
  const wrong: Readonly<Record<string, Partial<LimitsArgs>>> = {
    'no value': { value: undefined },
    'a value that is absent': { state: 'absent' },
    'an unlimited nofile': { value: 'unlimited' },
    'an unlimited nice': { item: 'nice', value: 'unlimited' },
    'a nice of 20': { item: 'nice', value: 20 },
    'less than none': { item: 'nproc', value: -2 },
    'a path for a number': { value: '/srv' },
    'a number for a path': { item: 'chroot', value: 1 },
    'both useMax and useMin': { useMax: true, useMin: true },
    'a domain of two words': { domain: 'a b' },
    'a domain of two lines': { domain: 'a\n* - core 0' },
    'a comment as a domain': { domain: '#a' },
    'an empty domain': { domain: '' },
    'a comment of two lines': { comment: 'a\n* - core 0' },
    'a file that is not read': { path: '/etc/security/limits.d/own' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => limits('it', { ...files, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
  for (const domain of [
    '*',
    '%',
    'app',
    '@staff',
    '%staff',
    '1000:',
    ':1000',
    '1000:2000',
    '@500:',
    '@:500',
    'a.b-c_d$',
  ])
    it(`take the domain ${domain}`, () => {
      limits('it', { ...files, domain })
    })
})
