import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Targets } from '../lab/lab.ts'
import { FILES, HOST, TEMPLATES, type Work } from '../work/tasks.ts'
import { fileText, templateText } from '../work/texts.ts'
import { printed, versionIn } from './installed.ts'
import type { Tool } from './tool.ts'

/** Text that Python reads as JavaScript does. */
const q = (value: unknown): string => JSON.stringify(value)

export const pyinfra: Tool = {
  name: 'pyinfra',
  compared: true,
  version: () => versionIn(printed('pyinfra', '--version')),
  prepare: ({ works, targets, folder }) => {
    for (const name of ['templates', 'files']) mkdirSync(join(folder, name))
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
    write('hosts.py', inventory(targets))
    write(
      'service.py',
      `${IMPORTS}${works.map((work) => `${operation(work, targets.at, folder)}\n`).join('')}`,
    )
    for (let i = 0; i < TEMPLATES; i++) write(`templates/${i}.conf.j2`, templateText(i))
    for (let i = 0; i < FILES; i++) write(`files/${i}.txt`, fileText(i))
    const run = ['pyinfra', '-y', '--parallel', '25', join(folder, 'hosts.py'), join(folder, 'service.py')]
    return {
      argv: { 'first run': run, 'no-op': run, 'dry run': [...run, '--dry', '--diff'] },
      warmUp: ['pyinfra', '--version'],
    }
  },
}

const IMPORTS = `from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.facts.server import Command
from pyinfra.operations import apt, files, server
`

const inventory = ({ hosts, port, user, key, knownHosts }: Targets): string => {
  const data = (address: string) => ({
    ssh_hostname: address,
    ssh_port: port,
    ssh_user: user.name,
    ssh_key: key,
    ssh_known_hosts_file: knownHosts,
    ssh_strict_host_key_checking: 'yes',
  })
  return `hosts = [\n${hosts.map(({ name, address }) => `    (${q(name)}, ${q(data(address))}),\n`).join('')}]\n`
}

function operation(work: Work, at: string, folder: string): string {
  if (work.kind === 'package') return `apt.packages(name='package', packages=[${q(work.name)}])`
  if (work.kind === 'check') return `assert host.get_fact(Command, ${q(`${work.argv.join(' ')} && echo ok`)})`
  const path = q(`${at}/${work.path}`)
  const name = `name=${q(work.path)}`
  switch (work.kind) {
    case 'directory':
      return `files.directory(${name}, path=${path}, mode=${q(work.mode.slice(1))})`
    case 'link':
      return `files.link(${name}, path=${path}, target=${q(work.target)})`
    case 'copy':
      return `files.put(${name}, src=${q(`${folder}/files/${work.source}.txt`)}, dest=${path}, mode='644')`
    case 'line':
      return `files.line(${name}, path=${path}, line=${q(`${work.regexp}.*$`)}, replace=${q(work.line)})`
    case 'once': {
      const script = `${work.script} > ${at}/${work.path}`
      return `if not host.get_fact(File, ${path}):\n    server.shell(${name}, commands=[${q(script)}])`
    }
    case 'template': {
      const vars = Object.entries(work.vars).map(([key, value]) => `${key}=${text(value)}`)
      const src = q(`${folder}/templates/${work.source}.conf.j2`)
      return `files.template(${name}, src=${src}, dest=${path}, mode='644', ${vars.join(', ')})`
    }
  }
}

const text = (value: string): string =>
  value.includes(HOST) ? `f${q(value.replace(HOST, '{host.name}'))}` : q(value)
