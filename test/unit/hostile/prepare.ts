import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const REPOSITORY = `git init -q -b main repo; cd repo; echo a >a; git add a
git -c user.name=a -c user.email=a@example.org commit -q -m a; echo b >>a`

/** A folder with what the tasks look at. */
export function prepare(): string {
  const root = mkdtempSync(join(tmpdir(), 'run-playbook-hostile-'))
  mkdirSync(join(root, 'folder'))
  mkdirSync(join(root, 'sent/sub'), { recursive: true })
  writeFileSync(join(root, 'sent/sub/a'), 'a')
  writeFileSync(join(root, 'folder/sub'), 'b')
  writeFileSync(join(root, 'folder/c.log'), 'c')
  symlinkSync('folder', join(root, 'link'))
  writeFileSync(join(root, 'file'), 'a = 0\nb\n')
  writeFileSync(join(root, 'file.ini'), '[s]\no = w\n')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'a key', '-f', join(root, 'key')])
  execFileSync('sh', ['-ec', REPOSITORY], { cwd: root })
  return root
}
