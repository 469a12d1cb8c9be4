import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { install } from '../../../support/install.ts'
import { SHELLS } from '../driver.ts'
import { withPath } from '../tool-folders.ts'
import type { Holds } from './ssh-keypair-cases.ts'

install('/usr/bin/ssh-keygen', 'openssh-client')

const folder = mkdtempSync(join(tmpdir(), 'run-playbook-ssh-keys-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const bin = mkdtempSync(join(tmpdir(), 'run-playbook-ssh-bin-'))
process.on('exit', () => rmSync(bin, { recursive: true, force: true }))
symlinkSync('/usr/bin/ssh-keygen', join(bin, 'ssh-keygen'))

/** With ssh-keygen also where the tools are those of BusyBox, as on Alpine with the package. */
export const KEY_SHELLS: Readonly<Record<string, TestShell>> = Object.fromEntries(
  Object.entries(SHELLS).map(([name, shell]) => [name, name === 'busybox' ? withPath(shell, bin) : shell]),
)

const OPTIONS: Readonly<Partial<Record<Holds, readonly string[]>>> = {
  ed25519: ['-t', 'ed25519'],
  'another ed25519': ['-t', 'ed25519'],
  rsa: ['-t', 'rsa', '-b', '1024'],
  'rsa of PEM': ['-t', 'rsa', '-b', '1024', '-m', 'PEM'],
  'with a passphrase': ['-t', 'ed25519', '-N', 'a passphrase'],
  'with a passphrase, of PEM': ['-t', 'rsa', '-b', '1024', '-m', 'PEM', '-N', 'a passphrase'],
}
const made = new Map<Holds, readonly [secret: Buffer, open: Buffer]>()

/** What the two files of a pair hold. Each pair is made once. */
export function pairOf(holds: Holds): readonly [secret: Buffer, open: Buffer] {
  const known = made.get(holds)
  if (known !== undefined) return known
  const pair = make(holds)
  made.set(holds, pair)
  return pair
}

function make(holds: Holds): readonly [Buffer, Buffer] {
  const options = OPTIONS[holds]
  if (options === undefined) return other(holds)
  const path = join(folder, String(made.size))
  execFileSync('ssh-keygen', ['-q', '-N', '', ...options, '-C', `of ${holds}`, '-f', path])
  return [readFileSync(path), readFileSync(`${path}.pub`)]
}

function other(holds: Holds): readonly [Buffer, Buffer] {
  if (holds === 'cut off') {
    const [secret, open] = pairOf('ed25519')
    return [secret.subarray(0, 200), open.subarray(0, 40)]
  }
  const text = Buffer.from(holds === 'empty' ? '' : holds === 'zero bytes' ? '\0'.repeat(400) : 'notes\n')
  return [text, text]
}

/** As ssh-keygen reads it: bits, fingerprint and type. @throws for a file that is no whole private key */
export function readKey(path: string): { size: number; fingerprint: string; type: string; open: string } {
  const open = execFileSync('ssh-keygen', ['-y', '-P', '', '-f', path], { encoding: 'utf8' }).trim()
  const said = execFileSync('ssh-keygen', ['-l', '-f', '-'], { encoding: 'utf8', input: open })
  const [, size = '', fingerprint = '', type = ''] = /^(\d+) (\S+) .*\((\S+)\)$/.exec(said.trim()) ?? []
  return { size: Number(size), fingerprint, type: type.toLowerCase(), open }
}
