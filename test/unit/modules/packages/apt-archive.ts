import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A signed repository of Debian packages, in a folder of this machine. */
export interface Archive {
  /** `file:` and its folder. */
  readonly uri: string
  /** Its public key, armored and binary. */
  readonly armored: string
  readonly binary: Buffer
  /** Offers the package in a version, and signs that. */
  sign(version: string): void
  /** Ends the agent of gpg. */
  end(): void
}

/** Makes one with the suite `bookworm`, the component `main`, and the package `rp-hello`, which cannot be downloaded. */
export function makeArchive(root: string): Archive {
  const home = join(root, 'gpg')
  mkdirSync(home, { mode: 0o700 })
  const gpg = (...args: string[]): Buffer =>
    execFileSync('gpg', ['-q', '--batch', '--yes', '--homedir', home, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  gpg('--passphrase', '', '--quick-gen-key', 'a <a@example.org>', 'ed25519', 'sign', 'never')
  const dist = join(root, 'repo/dists/bookworm')
  mkdirSync(join(dist, 'main/binary-amd64'), { recursive: true })
  const archive: Archive = {
    uri: `file:${join(root, 'repo')}`,
    armored: gpg('--armor', '--export').toString(),
    binary: gpg('--export'),
    sign(version) {
      const text = `Package: rp-hello\nVersion: ${version}\nArchitecture: all\nMaintainer: a <a@example.org>\nFilename: none.deb\nSize: 1\nSHA256: ${'0'.repeat(64)}\nDescription: none\n\n`
      writeFileSync(join(dist, 'main/binary-amd64/Packages'), text)
      const sum = createHash('sha256').update(text).digest('hex')
      const release = `Origin: a\nSuite: bookworm\nCodename: bookworm\nDate: ${new Date().toUTCString()}\nArchitectures: amd64\nComponents: main\nSHA256:\n ${sum} ${text.length} main/binary-amd64/Packages\n`
      writeFileSync(join(dist, 'Release'), release)
      gpg('--clearsign', '-o', join(dist, 'InRelease'), join(dist, 'Release'))
    },
    end() {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    },
  }
  archive.sign('1.0')
  return archive
}
