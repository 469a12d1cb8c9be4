import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FILES, HOST, TEMPLATES, type Work } from '../work/tasks.ts'
import { fileText, templateText } from '../work/texts.ts'

export interface ProjectOptions {
  readonly works: readonly Work[]
  /** The names of the hosts. */
  readonly hosts: readonly string[]
  /** The folder that each host has as its own. */
  readonly at: string
  /** The package as it is after `npm install`. */
  readonly packageFolder: string
}

/** Writes a project as a user of run-playbook has it, with the playbook `service`. @param folder an empty one */
export function writeProject(folder: string, { works, hosts, at, packageFolder }: ProjectOptions): void {
  for (const name of ['node_modules', 'playbooks', 'templates', 'files']) mkdirSync(join(folder, name))
  symlinkSync(packageFolder, join(folder, 'node_modules/run-playbook'))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('package.json', '{ "type": "module" }\n')
  write('inventory.ts', inventory(hosts))
  write('playbooks/service.ts', playbook(works, at))
  for (let i = 0; i < TEMPLATES; i++) write(`templates/${i}.conf.hbs`, templateText(i))
  for (let i = 0; i < FILES; i++) write(`files/${i}.txt`, fileText(i))
}

const inventory = (names: readonly string[]): string => `import { defineInventory } from 'run-playbook'

export default defineInventory({
  hosts: {
${names.map((name) => `    '${name}': {},\n`).join('')}  },
})
`

/** Every task is written out. */
const playbook = (
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
