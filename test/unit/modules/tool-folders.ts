import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestShell } from '../../../lib/testing/shells.ts'
import { install } from '../../support/install.ts'
import { LONG } from '../../support/often.ts'
import { SHELLS } from './driver.ts'

install('/bin/busybox', 'busybox')

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

/** The shell with one more folder of programs, which come first. */
export const withPath = (shell: TestShell, folder: string): TestShell =>
  shell.some((word) => word.startsWith('PATH='))
    ? shell.map((word) => word.replace(/^PATH=/, `PATH=${folder}:`))
    : ['env', `PATH=${folder}:${process.env['PATH']}`, ...shell]

/** Hosts on which a test can have its own of these programs. The shell of BusyBox takes its own, whatever else there is. */
export const hostsWithout = (programs: readonly string[]): Readonly<Record<string, TestShell>> => ({
  dash: SHELLS['dash'] ?? [],
  ...(LONG && { bash: SHELLS['bash'] ?? [] }),
  'the tools of BusyBox': withTools(
    `without-${programs.join('-')}`,
    Object.fromEntries(programs.map((program) => [program, undefined])),
  ),
})

function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'run-playbook-tools-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}
