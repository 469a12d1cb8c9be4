import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Reply } from '../../../../lib/core/probe.ts'
import { packageListed } from '../../../../lib/modules/packages/packages/listed-reader.ts'
import { packageVersion } from '../../../../lib/modules/packages/packages/version-reader.ts'
import { packageInstalled } from '../../../../lib/modules/packages/packages/reader.ts'
import { SHELLS, answers, run, useTemp } from '../driver.ts'

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
