import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestShell } from '../../../lib/testing/shells.ts'

let tools: string | undefined

/** A host with a folder of tools: of BusyBox, but for those that are given. */
export function withTools(name: string, others: Readonly<Record<string, string | undefined>>): TestShell {
  tools ??= makeFolder()
  const folder = join(tools, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  execFileSync('busybox', ['--install', '-s', folder])
  for (const [tool, path] of Object.entries(others)) {
    rmSync(join(folder, tool), { force: true })
    if (path !== undefined) symlinkSync(path, join(folder, tool))
  }
  return ['env', `PATH=${folder}`, '/bin/dash']
}

function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'run-playbook-tools-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}
