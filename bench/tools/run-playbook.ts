import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FILES, HOST, TEMPLATES, type Work } from '../work/tasks.ts'
import { fileText, templateText } from '../work/texts.ts'
import type { Tool } from './tool.ts'

/** This package, compiled, with a project as a user has it. */
export const runPlaybook: Tool = {
  name: 'run-playbook',
  version: () => (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
  prepare: ({ works, targets, folder, packageFolder }) => {
    for (const name of ['node_modules', 'playbooks', 'templates', 'files']) mkdirSync(join(folder, name))
    symlinkSync(packageFolder, join(folder, 'node_modules/run-playbook'))
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
    write('package.json', '{ "type": "module" }\n')
    write('inventory.ts', inventory(targets.hosts.map(({ name }) => name)))
    write('playbooks/service.ts', playbookText(works, targets.at))
    for (let i = 0; i < TEMPLATES; i++) write(`templates/${i}.conf.hbs`, templateText(i))
    for (let i = 0; i < FILES; i++) write(`files/${i}.txt`, fileText(i))
    const bin = join(packageFolder, 'bin/run-playbook.js')
    const run = [process.execPath, bin, 'service', '--ssh-config', targets.sshConfig]
    return {
      argv: { 'first run': run, 'no-op': run, 'dry run': [...run, '--check'] },
      warmUp: [...run, '--list-hosts'],
      changes: (output) => {
        const [, would, changed] =
          /^(?:dry run: (\d+) would change|\d+ hosts?: (\d+) changed)/m.exec(output) ?? []
        return would === undefined && changed === undefined ? undefined : Number(would ?? changed)
      },
    }
  },
}

const inventory = (names: readonly string[]): string => `import { defineInventory } from 'run-playbook'

export default defineInventory({
  hosts: {
${names.map((name) => `    '${name}': {},\n`).join('')}  },
})
`

/** A playbook with every task written out. */
export const playbookText = (
  works: readonly Work[],
  at: string,
): string => `import { command, copy, definePlay, definePlaybook, file, lineinfile, packages, shell, template } from 'run-playbook'

export default definePlaybook({
  description: 'Sets up a service',
  plays: () => [
    definePlay({
      name: 'service',
      hosts: 'all',
      become: false,
      tasks: (host) => [
${works.map((work) => `        ${task(work, at)},\n`).join('')}      ],
    }),
  ],
})
`

function task(work: Work, at: string): string {
  const q = (value: unknown): string => JSON.stringify(value)
  if (work.kind === 'package') return `packages('package', { names: ${q(work.name)}, update: 'never' })`
  if (work.kind === 'check') return `command('check', { argv: ${q(work.argv)}, changes: false })`
  const name = q(work.path)
  const path = q(`${at}/${work.path}`)
  switch (work.kind) {
    case 'directory':
      return `file(${name}, { path: ${path}, state: 'directory', mode: ${q(work.mode)} })`
    case 'link':
      return `file(${name}, { path: ${path}, state: 'link', target: ${q(work.target)} })`
    case 'copy':
      return `copy(${name}, { dest: ${path}, src: new URL('../files/${work.source}.txt', import.meta.url), mode: '0644' })`
    case 'line':
      return `lineinfile(${name}, { path: ${path}, regexp: /${work.regexp}/, line: ${q(work.line)} })`
    case 'once':
      return `shell(${name}, { script: ${q(`${work.script} > ${at}/${work.path}`)}, creates: ${path} })`
    case 'template': {
      const vars = Object.entries(work.vars).map(([key, value]) => `${key}: ${text(value)}`)
      const src = `new URL('../templates/${work.source}.conf.hbs', import.meta.url)`
      return `template(${name}, { src: ${src}, dest: ${path}, mode: '0644', vars: { ${vars.join(', ')} } })`
    }
  }
}

const text = (value: string): string =>
  value.includes(HOST) ? `\`${value.replace(HOST, '${host.name}')}\`` : JSON.stringify(value)
