import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SHELLS } from '../driver.ts'

/** The shells of hosts whose lists can be seen: busybox sees them with these tools only. */
export function aclShells(): Record<string, readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-acl-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const tool of ['getfacl', 'setfacl', 'getfattr', 'setfattr', 'lsattr'])
    symlinkSync(`/usr/bin/${tool}`, join(folder, tool))
  const { dash = [], bash = [], busybox = [] } = SHELLS
  const both = busybox.map((word) => (word.startsWith('PATH=') ? `${word}:${folder}` : word))
  return { dash, bash, 'busybox with acl and attr': both }
}
