import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PackageWork, packageStep } from '../../../../lib/modules/packages/packages/apply.ts'
import type { PackageManager } from '../../../../lib/modules/packages/packages/reader.ts'
import { SHELLS, run } from '../driver.ts'

/**
 * The real apt and dpkg, with folders of their own in a mount namespace: nothing of this machine is locked or installed. `hold FILE told`
 * keeps a lock until the step says that it waits, `hold FILE long` for a minute.
 */
const PRIVATE = `set -e
for folder in /var/lib/dpkg /var/lib/apt/lists /var/cache/apt /etc/apt/sources.list.d /mnt; do mount -t tmpfs tmpfs $folder; done
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /var/lib/dpkg/triggers /var/lib/apt/lists/partial /var/cache/apt/archives/partial
touch /var/lib/dpkg/status /var/lib/dpkg/available
[ ! -e /etc/apt/sources.list ] || mount --bind /dev/null /etc/apt/sources.list
echo "deb [trusted=yes] file:$FOLDER ./" > /etc/apt/sources.list.d/own.list
apt-get update -q >/dev/null
set +e
hold() { perl -e 'use Fcntl; $0 = "night-upgrades"; open my $f, ">>", shift or die; my $l = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLKW, $l) or die; print "held\\n"; close STDOUT; for (1 .. 600) { last if $ARGV[0] eq "told" and qx(cat $ARGV[1]) =~ /waiting for/; select undef, undef, undef, 0.1 }' "$1" "$2" "$FOLDER/said" > "$FOLDER/held" & until [ -s "$FOLDER/held" ]; do sleep 0.1; done; }
`

describe('a package manager', function () {
  this.timeout(120_000)
  let folder: string
  before(function () {
    if (process.getuid?.() !== 0 || !existsSync('/usr/bin/dpkg-deb')) this.skip()
    folder = mkdtempSync(join(tmpdir(), 'rp-apt.'))
    // apt reads as another user.
    chmodSync(folder, 0o755)
    mkdirSync(join(folder, 'deb/DEBIAN'), { recursive: true })
    mkdirSync(join(folder, 'deb/mnt'))
    writeFileSync(join(folder, 'deb/mnt/own-package'), 'content\n')
    const control =
      'Package: own-package\nVersion: 1\nArchitecture: all\nMaintainer: n <n@n.n>\nDescription: d\n'
    writeFileSync(join(folder, 'deb/DEBIAN/control'), control)
    execFileSync('dpkg-deb', ['--build', join(folder, 'deb'), join(folder, 'own-package.deb')])
    const { size } = {
      size: execFileSync('stat', ['-c', '%s', join(folder, 'own-package.deb')])
        .toString()
        .trim(),
    }
    const [sum] = execFileSync('sha256sum', [join(folder, 'own-package.deb')])
      .toString()
      .split(' ')
    writeFileSync(
      join(folder, 'Packages'),
      `${control}Filename: ./own-package.deb\nSize: ${size}\nSHA256: ${sum}\n`,
    )
  })
  after(() => folder && rmSync(folder, { recursive: true }))

  const install: PackageWork = { verb: 'install', names: ['own-package'], update: true, allowRemoval: false }

  /** What became of the work, where `before` happened just before it. */
  async function work(
    before: string,
    { wait = 60, what = install, after = 'cat /mnt/own-package' } = {},
    shell = SHELLS['dash'] ?? ['dash'],
  ) {
    const { script } = packageStep('apt', what, wait)
    writeFileSync(join(folder, 'step'), script)
    for (const name of ['held', 'said']) writeFileSync(join(folder, name), '')
    const all = `${PRIVATE}${before}\n${shell.join(' ')} "$FOLDER/step" 2> "$FOLDER/said"; code=$?; cat "$FOLDER/said" >&2; kill %1 2>/dev/null; ${after}; exit $code`
    writeFileSync(join(folder, 'all'), all)
    const { code, stdout, stderr } = await run(['bash'], {
      script: `FOLDER=${folder} unshare --mount --propagation private bash ${folder}/all`,
      timeoutMs: 100_000,
    })
    return { code, out: stdout.toString(), said: stderr.toString() }
  }

  for (const lock of [
    '/var/lib/dpkg/lock-frontend',
    '/var/lib/dpkg/lock',
    '/var/lib/apt/lists/lock',
    '/var/cache/apt/archives/lock',
  ])
    it(`waits for whoever holds ${lock}, and says who that is`, async () => {
      // The lists are of yesterday, so that they are fetched.
      const { code, out, said } = await work(`touch -d '-2 days' /var/lib/apt/lists; hold ${lock} told`)
      assert.equal(code, 0, said)
      assert.match(out, /content\n$/)
      const waited = new RegExp(`^waiting for \\S+ \\(process \\d+\\), which holds ${lock}$`, 'gm')
      assert.equal(said.match(waited)?.length, 1, said)
      assert.match(said, /waiting for perl|waiting for night-upgrades/)
    })

  it('gives up after a limit, with the name of the holder', async () => {
    const { code, said } = await work('hold /var/lib/dpkg/lock-frontend long', { wait: 1, after: ':' })
    assert.notEqual(code, 0)
    assert.match(
      said,
      /gave up after 1 s of waiting for \S+ \(process \d+\), which holds \/var\/lib\/dpkg\/lock-frontend\n/,
    )
  })

  it('removes when the other one has ended', async () => {
    const what: PackageWork = { verb: 'remove', names: ['own-package'], update: false, allowRemoval: false }
    const before = 'dpkg -i "$FOLDER/own-package.deb" >/dev/null 2>&1; hold /var/lib/dpkg/lock-frontend told'
    const { code, out, said } = await work(before, { what, after: '[ -e /mnt/own-package ] || echo gone' })
    assert.equal(code, 0, said)
    assert.match(out, /gone\n$/)
  })

  it('finishes what an interrupted dpkg left, also when another one holds the lock first', async () => {
    const entry =
      'Package: half\\nStatus: install ok unpacked\\nArchitecture: all\\nVersion: 1\\nMaintainer: n <n@n.n>\\nDescription: d\\n\\n'
    const before = `printf '${entry}' > /var/lib/dpkg/updates/0001; touch /var/lib/dpkg/info/half.list; hold /var/lib/dpkg/lock-frontend told`
    const { code, out, said } = await work(before, {
      after: "cat /mnt/own-package; dpkg-query -W -f '${Status}\\n' half",
    })
    assert.equal(code, 0, said)
    assert.match(out, /content\ninstall ok installed\n$/)
    assert.match(said, /dpkg was interrupted: finishing its work/)
  })

  it('does not wait for what is no lock', async () => {
    const what: PackageWork = {
      verb: 'install',
      names: ['no-such-package'],
      update: false,
      allowRemoval: false,
    }
    const { code, said } = await work('', { what, after: ':' })
    assert.equal(code, 100)
    assert.match(said, /Unable to locate package no-such-package/)
    assert.doesNotMatch(said, /waiting|gave up/)
  })

  for (const [name, shell] of Object.entries(SHELLS))
    for (const [manager, refusal] of [
      ['apk', 'ERROR: Unable to lock database: Resource temporarily unavailable'],
      [
        'dnf',
        "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)",
      ],
    ] satisfies [PackageManager, string][])
      it(`is waited for with ${name} where ${manager} says that it cannot lock`, async () => {
        const bin = join(folder, `${name}-${manager}`)
        mkdirSync(bin)
        const program = `#!/bin/sh\n[ -e ${bin}/second ] && { echo done; exit 0; }\ntouch ${bin}/second\necho "${refusal}" >&2\nexit 1\n`
        writeFileSync(join(bin, manager), program, { mode: 0o755 })
        const { script } = packageStep(manager, { ...install, names: ['a b'] })
        const { code, stdout, stderr } = await run(shell, { script: `PATH=${bin}:$PATH\n${script}` })
        assert.equal(code, 0, stderr.toString())
        assert.equal(stdout.toString(), 'done\n')
        assert.equal(stderr.toString(), `waiting for ${refusal}\n`)
      })
})
