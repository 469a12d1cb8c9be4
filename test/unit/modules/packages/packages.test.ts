import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { type Question, question } from '../../../../lib/core/probe.ts'
import {
  EVERYTHING,
  type Resource,
  describeResource,
  overlaps,
  paths,
} from '../../../../lib/core/resource.ts'
import { packages } from '../../../../lib/modules/packages/packages/module.ts'
import { packageListed } from '../../../../lib/modules/packages/packages/listed-reader.ts'
import { containers } from '../../../../lib/modules/docker/shared/kinds.ts'
import { account } from '../../../../lib/modules/shared/account.ts'
import { service, services } from '../../../../lib/modules/shared/service.ts'
import { sha256 } from '../../../../lib/modules/shared/sha256.ts'
import { downloader } from '../../../../lib/modules/shared/http/tool.ts'
import { crontab, crontabTool } from '../../../../lib/modules/system/shared/crontab.ts'
import { sudoersCheck } from '../../../../lib/modules/system/sudoers/reader.ts'
import { stat } from '../../../../lib/modules/shared/stat.ts'
import type { PackagesArgs } from '../../../../lib/modules/packages/packages/args.ts'
import { installedPackages, packageInstalled } from '../../../../lib/modules/packages/packages/reader.ts'
import { run, touchesOf, useTemp } from '../driver.ts'

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
      [question(crontab, 'app'), 'x', true],
      [question(crontabTool, ''), false, false],
      [question(downloader, ''), 'wget', true],
      [question(downloader, ''), 'none', false],
      [question(sudoersCheck, 'x'), { kind: 'accepted' }, true],
      [question(sudoersCheck, 'x'), { kind: 'no visudo' }, false],
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
