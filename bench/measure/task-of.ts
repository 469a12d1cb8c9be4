import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Task, command, copy, file, lineinfile, packages, shell, template } from '../../lib/index.ts'
import { FILES, HOST, TEMPLATES, type Work } from '../work/tasks.ts'
import { fileText, templateText } from '../work/texts.ts'

/** The files that tasks are made from. */
export interface Sources {
  readonly template: (number: number) => string
  readonly file: (number: number) => string
}

export function writeSources(folder: string): Sources {
  const sources: Sources = {
    template: (number) => join(folder, `${number}.conf.hbs`),
    file: (number) => join(folder, `${number}.txt`),
  }
  for (let i = 0; i < TEMPLATES; i++) writeFileSync(sources.template(i), templateText(i))
  for (let i = 0; i < FILES; i++) writeFileSync(sources.file(i), fileText(i))
  return sources
}

/** The task of run-playbook for a work. */
export function taskOf(work: Work, at: string, host: string, sources: Sources): Task {
  if (work.kind === 'package') return packages('package', { names: work.name, update: 'never' })
  if (work.kind === 'check') return command('check', { argv: work.argv, changes: false })
  const path = `${at}/${work.path}`
  switch (work.kind) {
    case 'directory':
      return file(work.path, { path, state: 'directory', mode: work.mode })
    case 'link':
      return file(work.path, { path, state: 'link', target: work.target })
    case 'copy':
      return copy(work.path, { dest: path, src: sources.file(work.source), mode: '0644' })
    case 'line':
      return lineinfile(work.path, { path, regexp: new RegExp(work.regexp), line: work.line })
    case 'once':
      return shell(work.path, { script: `${work.script} > ${path}`, creates: path })
    case 'template': {
      const vars = { ...work.vars, title: work.vars.title.replace(HOST, host) }
      return template(work.path, { src: sources.template(work.source), dest: path, mode: '0644', vars })
    }
  }
}
