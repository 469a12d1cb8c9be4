import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { type Question, type Reply, question } from '../../../../lib/core/probe.ts'
import {
  EVERYTHING,
  type Resource,
  describeResource,
  overlaps,
  paths,
} from '../../../../lib/core/resource.ts'
import { packages } from '../../../../lib/modules/packages/packages/module.ts'
import { packageListed } from '../../../../lib/modules/packages/packages/listed-reader.ts'
import { packageVersion } from '../../../../lib/modules/packages/packages/version-reader.ts'
import { containers } from '../../../../lib/modules/docker/shared/kinds.ts'
import { account } from '../../../../lib/modules/shared/account.ts'
import { service, services } from '../../../../lib/modules/shared/service.ts'
import { sha256 } from '../../../../lib/modules/shared/sha256.ts'
import { stat } from '../../../../lib/modules/shared/stat.ts'
import type { PackagesArgs } from '../../../../lib/modules/packages/packages/args.ts'
import { installedPackages, packageInstalled } from '../../../../lib/modules/packages/packages/reader.ts'
import { SHELLS, answers, run, touchesOf, useTemp } from '../driver.ts'

const fixture = (name: string): Reply => ({
  code: 0,
  stdout: readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)),
  stderr: Buffer.alloc(0),
})
const reply = (text: string): Reply => ({ code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) })

describe('the readers of packages', () => {
  const temp = useTemp()
  const installed = (from: Reply, names: string[]): unknown[] =>
    packageInstalled.parse(from, names).map((one) => (one instanceof Error ? one : one.installed))

  it('understand dpkg: removed but for its configuration is not installed', () => {
    const names = ['jq', 'no-such-package', 'docker.io', 'libc6:amd64', 'libc6', 'ucf']
    assert.deepEqual(installed(fixture('dpkg-query-1.21.23.txt'), names), [
      true,
      false,
      true,
      true,
      true,
      false,
    ])
  })

  it('understand rpm', () => {
    const found = packageInstalled.parse(fixture('rpm-query-4.18.0.txt'), ['rp-try', 'nope'])
    assert.deepEqual(found, [
      { manager: 'dnf', installed: true },
      { manager: 'dnf', installed: false },
    ])
  })

  it('understand which versions apt has', () => {
    const names = ['jq', 'no-such-package', 'curl']
    assert.deepEqual(packageVersion.parse(fixture('apt-cache-policy-2.6.2.txt'), names), [
      { installed: '1.6-2.1+deb12u3', candidate: '1.6-2.1+deb12u3', fresh: false },
      { installed: undefined, candidate: undefined, fresh: false },
      { installed: undefined, candidate: '7.88.1-10+deb12u15', fresh: false },
    ])
  })

  it('tell what can be installed, by lists of today', () => {
    const policy = (age: string): Reply =>
      reply(
        `${age}\ninstalled curl\njq:\n  Installed: (none)\n  Candidate: 1.6\nvirtual:\n  Installed: (none)\n  Candidate: (none)\n`,
      )
    const names = ['curl', 'jq', 'jq:amd64', 'virtual', 'mispelled']
    assert.deepEqual(packageListed.parse(policy('fresh'), names), ['yes', 'yes', 'yes', 'no', 'no'])
    assert.deepEqual(packageListed.parse(policy('old'), names).slice(2), ['yes', 'unlisted', 'unlisted'])
    assert.deepEqual(packageListed.parse(reply('none\n'), ['x']), ['yes'])
  })

  it('take lists for old that are empty, of yesterday, or older than a source', async function () {
    if (!existsSync('/usr/bin/apt-cache')) this.skip()
    const at = (name: string): string => join(temp(), name)
    mkdirSync(at('lists'))
    mkdirSync(at('sources.list.d'))
    const age = async (): Promise<string | undefined> => {
      const script = packageListed.ask(['bash'])
      const here = script.replace('/var/lib/apt/lists', at('lists')).replaceAll('/etc/apt', temp())
      return (await run(['dash'], { script: here })).stdout.toString().split('\n')[0]
    }
    const hoursAgo = (hours: number): number => Date.now() / 1000 - hours * 3600
    utimesSync(at('sources.list.d'), hoursAgo(50), hoursAgo(50))
    assert.equal(await age(), 'old')
    writeFileSync(at('lists/deb_Packages.lz4'), '')
    assert.equal(await age(), 'fresh')
    writeFileSync(at('sources.list.d/new.list'), '')
    utimesSync(at('lists'), hoursAgo(1), hoursAgo(1))
    assert.equal(await age(), 'old')
    rmSync(at('sources.list.d'), { recursive: true })
    utimesSync(at('lists'), hoursAgo(25), hoursAgo(25))
    assert.equal(await age(), 'old')
  })

  // A host with another manager: its programs as they answer, and nothing of apt.
  const MANAGERS = {
    apk: `case $1 in
info) [ "$3" = busybox ] ;;
policy) [ "$2" != nginx ] || printf 'nginx policy:\\n  1.26.2-r0:\\n    https://dl-cdn.alpinelinux.org/alpine/v3.21/main\\n' ;;
esac`,
    dnf: `shift 5; for name do [ "$name" != nginx ] || printf 'nginx\\n\\nnginx\\n'; done`,
    rpm: `[ "$2" = busybox ]`,
  }
  for (const [manager, cache] of [
    ['apk', 'APKINDEX.ab12.tar.gz'],
    ['dnf', 'repomd.xml'],
  ] as const)
    it(`ask ${manager} what can be installed, by lists of today`, async () => {
      const bin = join(temp(), manager)
      mkdirSync(bin)
      for (const tool of ['find', 'head', 'grep', 'sed', 'sh'])
        symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(bin, tool))
      for (const tool of manager === 'apk' ? ['apk'] : ['dnf', 'rpm'])
        writeFileSync(join(bin, tool), `#!/bin/sh\n${MANAGERS[tool as 'apk']}\n`, { mode: 0o755 })
      const names = ['busybox', 'nginx', 'nginks']
      const look = async () => {
        const text = packageListed
          .ask(names)
          .replaceAll('/var/cache/apk', temp())
          .replaceAll('/var/cache/dnf', temp())
        return packageListed.parse(await run(['sh'], { script: `PATH=${bin}\n${text}` }), names)
      }
      assert.deepEqual(await look(), ['yes', 'yes', 'unlisted'])
      writeFileSync(join(temp(), cache), '')
      assert.deepEqual(await look(), ['yes', 'yes', 'no'])
    })

  it('say when nothing was answered', () => {
    assert.throws(() => packageInstalled.parse(reply(''), ['x']), /was not answered/)
  })

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`are scripts that ${name} runs`, async () => {
      const [found] = await answers(shell, packageInstalled, ['no-such-package'])
      assert.deepEqual({ ...found, manager: '' }, { manager: '', installed: false })
      assert.deepEqual(await answers(shell, packageListed, ['bash']), ['yes'])
      assert.equal((await run(shell, { script: packageVersion.ask(['no-such-package']) })).code, 0)
    })
  }
})

describe('package', () => {
  const temp = useTemp()
  const state = (manager: string, found: Record<string, boolean>, versions = {}, listed = {}): unknown => ({
    packages: Object.fromEntries(
      Object.entries(found).map(([name, installed]) => [name, { manager, installed }]),
    ),
    listed,
    versions,
  })
  const script = (args: Parameters<typeof packages>[1], seen: unknown): string => {
    const task = packages('it', args)
    const [step] = task.module.apply(task.args, seen)
    return (step as ShellStep).script
  }

  it('installs what is missing, and nothing else', () => {
    const task = packages('tools', { names: ['curl', 'jq', 'jq'] })
    const seen = state('apt', { curl: true, jq: false })
    const plan = task.module.plan(task.args, seen)
    assert.deepEqual(plan.changes, [{ what: 'jq', from: 'absent', to: 'present' }])
    const installed = plan.leaves?.filter(({ question }) => question.reader === packageInstalled)
    assert.deepEqual(
      installed?.map(({ answer }) => answer),
      [
        { manager: 'apt', installed: true },
        { manager: 'apt', installed: true },
      ],
    )
    assert.match(script({ names: ['curl', 'jq'] }, seen), /apt install --no-install-recommends -- jq$/)
    const done = task.module.plan(task.args, state('apt', { curl: true, jq: true }))
    assert.deepEqual(done, { changes: [], because: 'installed: curl, jq' })
  })

  it('removes', () => {
    const seen = state('apt', { curl: true, jq: false })
    assert.match(script({ names: ['curl', 'jq'], state: 'absent' }, seen), /apt remove -- curl$/)
    assert.match(script({ names: 'curl', state: 'absent' }, state('apk', { curl: true })), /apk del .*curl$/)
    assert.match(script({ names: 'curl', state: 'absent' }, state('dnf', { curl: true })), /-y remove curl/)
  })

  it('says of a package that the lists do not know, before anything is changed', () => {
    const plan = (listed: string, update?: 'never'): unknown => {
      const task = packages('it', { names: ['curl', 'mispelled'], update })
      return task.module.plan(
        task.args,
        state('apt', { curl: true, mispelled: false }, {}, { mispelled: listed }),
      ).changes
    }
    const unknown = { code: 'E_NO_PACKAGE', message: 'the package lists of the host do not know mispelled' }
    assert.throws(() => plan('no'), unknown)
    assert.throws(() => plan('unlisted', 'never'), unknown)
    assert.deepEqual(plan('unlisted'), [
      { what: 'mispelled', from: 'absent', to: 'present, if newer package lists have it' },
    ])
    const gone = packages('it', { names: 'mispelled', state: 'absent' })
    assert.deepEqual(gone.module.plan(gone.args, state('apt', { mispelled: false })).changes, [])
  })

  it('fetches the lists unless told not to', () => {
    const seen = state('apt', { jq: false })
    assert.match(script({ names: 'jq' }, seen), /apt update/)
    assert.doesNotMatch(script({ names: 'jq', update: 'never' }, seen), /apt update/)
  })

  it('knows the latest only from lists that are fresh', () => {
    const task = packages('tools', { names: 'jq', state: 'latest' })
    const plan = (installed: string | undefined, candidate: string, fresh: boolean): unknown =>
      task.module.plan(
        task.args,
        state('apt', { jq: installed !== undefined }, { jq: { installed, candidate, fresh } }),
      ).changes
    assert.deepEqual(plan('1', '1', true), [])
    assert.deepEqual(plan('1', '2', true), [{ what: 'jq', from: '1', to: '2' }])
    assert.deepEqual(plan('1', '1', false), [{ what: 'jq', from: '1', to: 'latest' }])
    assert.deepEqual(plan(undefined, '2', true), [{ what: 'jq', from: 'absent', to: 'latest' }])
  })

  it('says when there is no manager that it knows', () => {
    const task = packages('tools', { names: 'jq', state: 'latest' })
    const plan = (manager: string): unknown => task.module.plan(task.args, state(manager, { jq: true }))
    assert.throws(() => plan('none'), { code: 'E_NO_PACKAGE_MANAGER' })
    assert.throws(() => plan('apk'), { code: 'E_UNSUPPORTED' })
  })

  it('refuses names that would be something else', () => {
    for (const names of ['-y', 'a b', 'lib*', '', []]) {
      assert.throws(() => packages('it', { names } as never), { code: 'E_BAD_ARGUMENT' })
    }
  })

  it('removes nothing that is in the way unless that is allowed, and names it', async () => {
    const fake = `#!/bin/sh
case "$*" in
  *-s*) echo 'Remv cron [3.0] (systemd-cron:amd64)'; echo 'Inst systemd-cron (1.15 x)' ;;
  *Remove=false*) echo 'E: Packages need to be removed but remove is disabled.' >&2; exit 100 ;;
  *) echo installed ;;
esac
`
    writeFileSync(join(temp(), 'apt-get'), fake, { mode: 0o755 })
    const install = (allowRemoval?: boolean) => {
      const args = { names: 'systemd-cron', update: 'never', allowRemoval } as const
      const text = script(args, state('apt', { 'systemd-cron': false }))
      return run(['sh'], { script: `PATH=${temp()}:$PATH\n${text}` })
    }
    const refused = await install()
    assert.equal(refused.code, 100)
    assert.match(refused.stderr.toString(), /apt would remove cron: .*allowRemoval: true/)
    assert.match((await install(true)).stdout.toString(), /installed/)
  })

  it('keeps for a dry run what apt leaves alone: packages, accounts, configuration of others', () => {
    const keeps = (args: Omit<PackagesArgs, 'names'>, manager = 'apt') => {
      const task = packages('it', { names: ['nginx', 'libpam-passwdqc'], ...args })
      return task.module.keeps?.(task.args, state(manager, { nginx: false }))
    }
    const kept = keeps({})
    const there = { type: 'file', mode: '0644', owner: 'root', uid: 0, group: 'root', gid: 0 }
    const cases: readonly [Question, unknown, boolean][] = [
      [question(packageInstalled, 'curl'), { manager: 'apt', installed: true }, true],
      [question(packageInstalled, 'curl'), { manager: 'apt', installed: false }, false],
      [question(packageListed, 'curl'), 'no', false],
      [question(account, 'user:root'), { id: 0, name: 'root' }, true],
      [question(account, 'user:www-data'), undefined, false],
      [question(stat, '/etc/login.defs'), there, true],
      [question(sha256, '/etc/login.defs'), 'abc', true],
      [question(stat, '/etc/hosts.equiv'), { type: 'absent' }, false],
      [question(stat, '/etc/nginx/nginx.conf'), there, false],
      [question(stat, '/etc/passwd'), there, false],
      [question(stat, '/etc/pam.d/sshd'), there, false],
      [question(stat, '/usr/bin/su'), there, false],
      [question(stat, '/usr/local/bin/x'), there, true],
      [question(stat, '/var/log'), { ...there, type: 'directory' }, true],
      [question(stat, '/var/lib/nginx'), { ...there, type: 'directory' }, false],
      [question(service, 'ssh'), { load: 'loaded' }, false],
    ]
    for (const [asked, answer, wanted] of cases)
      assert.equal(kept?.(asked, answer), wanted, `${asked.reader.name} ${asked.key}`)
    for (const none of [keeps({ state: 'absent' }), keeps({ allowRemoval: true }), keeps({}, 'dnf')])
      assert.equal(none, undefined)
  })

  it('leaves alone what belongs to users and applications', () => {
    const touched = touchesOf(packages('it', { names: 'jq' }))
    const touches = (seen: Resource): boolean => touched.some((touch) => overlaps(touch, seen))
    for (const seen of [
      paths.at('/etc/x'),
      installedPackages.at('curl'),
      services.at('docker'),
      containers.at('x'),
      EVERYTHING,
    ]) {
      assert.ok(touches(seen), describeResource(seen))
    }
    for (const seen of ['/srv/x', '/data', '/home/me', '/root/x']) assert.ok(!touches(paths.at(seen)), seen)
  })
})
