import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Targets } from '../lab/lab.ts'
import { FILES, HOST, TEMPLATES, type Work } from '../work/tasks.ts'
import { fileText, templateText } from '../work/texts.ts'
import { printed, versionIn } from './installed.ts'
import type { Job, Tool } from './tool.ts'

const PYTHON = '/usr/bin/python3'
const MITOGEN =
  'import ansible_mitogen, mitogen; print(ansible_mitogen.__path__[0], *mitogen.__version__, sep=" ")'

const core = (): string | undefined => versionIn(printed('ansible-playbook', '--version'))
const mitogenAt = (): string | undefined => printed(PYTHON, '-c', MITOGEN)?.trim()

/** As its manual advises: pipelining, connections that are kept, no facts that nobody asked for. */
export const ansible: Tool = {
  name: 'Ansible',
  compared: true,
  version: core,
  prepare: (job) => prepare(job, []),
}

export const mitogen: Tool = {
  name: 'Mitogen',
  compared: true,
  version: () => {
    const [at, [, ...version] = []] = [core(), mitogenAt()?.split(' ')]
    return at === undefined || version.length === 0 ? undefined : `${version.join('.')} with Ansible ${at}`
  },
  prepare: (job) => {
    const [folder = ''] = (mitogenAt() ?? '').split(' ')
    return prepare(job, [
      `strategy_plugins = ${join(folder, 'plugins/strategy')}`,
      'strategy = mitogen_linear',
    ])
  },
}

function prepare({ works, targets, folder }: Job, defaults: readonly string[]) {
  for (const name of ['templates', 'files']) mkdirSync(join(folder, name))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('hosts', targets.hosts.map(({ name }) => `${name}\n`).join(''))
  write('ansible.cfg', config(targets, folder, defaults))
  const play = { hosts: 'all', gather_facts: false, tasks: works.map((work) => task(work, targets.at)) }
  // JSON is YAML.
  write('service.yml', JSON.stringify([play], null, 2))
  for (let i = 0; i < TEMPLATES; i++) write(`templates/${i}.conf.j2`, templateText(i))
  for (let i = 0; i < FILES; i++) write(`files/${i}.txt`, fileText(i))
  const run = ['ansible-playbook', join(folder, 'service.yml')]
  return {
    argv: { 'first run': run, 'no-op': run, 'dry run': [...run, '--check', '--diff'] },
    env: { ANSIBLE_CONFIG: join(folder, 'ansible.cfg') },
    warmUp: [...run, '--list-hosts'],
    changes: (output: string) =>
      [...output.matchAll(/\bchanged=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0),
  }
}

const config = ({ sshConfig }: Targets, folder: string, defaults: readonly string[]): string => `[defaults]
inventory = ${join(folder, 'hosts')}
forks = 25
gathering = explicit
interpreter_python = ${PYTHON}
${defaults.join('\n')}

[ssh_connection]
pipelining = True
ssh_args = -F ${sshConfig} -C -o ControlMaster=auto -o ControlPersist=60s
`

function task(work: Work, at: string): object {
  if (work.kind === 'package') return { name: 'package', apt: { name: [work.name], state: 'present' } }
  if (work.kind === 'check')
    return { name: 'check', command: { argv: work.argv }, changed_when: false, check_mode: false }
  const path = `${at}/${work.path}`
  const as = (module: string, args: object, more: object = {}): object => ({
    name: work.path,
    [module]: args,
    ...more,
  })
  switch (work.kind) {
    case 'directory':
      return as('file', { path, state: 'directory', mode: work.mode })
    case 'link':
      return as('file', { path, state: 'link', src: work.target })
    case 'copy':
      return as('copy', { src: `${work.source}.txt`, dest: path, mode: '0644' })
    case 'line':
      return as('lineinfile', { path, regexp: work.regexp, line: work.line })
    case 'once':
      return as('shell', { cmd: `${work.script} > ${path}`, creates: path })
    case 'template': {
      const vars = Object.entries(work.vars).map(([key, value]) => [
        key,
        value.replace(HOST, '{{ inventory_hostname }}'),
      ])
      return as(
        'template',
        { src: `${work.source}.conf.j2`, dest: path, mode: '0644' },
        { vars: Object.fromEntries(vars) },
      )
    }
  }
}
