import { VARS, type Vars } from './texts.ts'

/** One task, in words of no tool. Paths are relative to the folder of the host. */
export type Work =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: string }
  | { readonly kind: 'template'; readonly path: string; readonly source: number; readonly vars: Vars }
  | { readonly kind: 'copy'; readonly path: string; readonly source: number }
  | { readonly kind: 'line'; readonly path: string; readonly regexp: string; readonly line: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'once'; readonly path: string; readonly script: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'check'; readonly argv: readonly string[] }

/** Tasks in a set. */
export const SET = 30
/** In the vars of a template: the name of the host, which each tool writes in its own way. */
export const HOST = '@HOST@'
export const TEMPLATES = 10
export const FILES = 4
const MODES = { conf: '0755', bin: '0755', data: '0750', log: '0750', share: '0755' }

/** What a role does that sets up a service. 300 tasks are ten of these. @param count a multiple of 30 */
export const tasks = (count: number): readonly Work[] =>
  Array.from({ length: count / SET }, (_, set) => oneSet(set)).flat()

/** The folder of a set, and the one with the files that are there before the first run. */
export const foldersOf = (set: number) => ({ app: `app-${set}`, etc: `etc-${set}` })
export const SEEDS = ['limits.conf', 'kernel.conf'] as const

function oneSet(set: number): Work[] {
  const { app, etc } = foldersOf(set)
  return [
    { kind: 'package', name: 'openssh-server' },
    { kind: 'directory', path: app, mode: '0755' },
    ...Object.entries(MODES).map(([name, mode]): Work => ({
      kind: 'directory',
      path: `${app}/${name}`,
      mode,
    })),
    ...Array.from({ length: TEMPLATES }, (_, i): Work => ({
      kind: 'template',
      path: `${app}/conf/${i}.conf`,
      source: i,
      vars: varsOf(set, i),
    })),
    ...Array.from({ length: FILES }, (_, i): Work => ({
      kind: 'copy',
      path: `${app}/share/${i}.txt`,
      source: i,
    })),
    ...SEEDS.flatMap((name): Work[] => [
      { kind: 'line', path: `${etc}/${name}`, regexp: '^#*first = ', line: `first = ${set + 1}` },
      { kind: 'line', path: `${etc}/${name}`, regexp: '^third = ', line: `third = ${set + 3}` },
    ]),
    { kind: 'link', path: `${app}/current.conf`, target: 'conf/0.conf' },
    { kind: 'link', path: `${app}/bin/data`, target: '../data' },
    { kind: 'once', path: `${app}/data/id`, script: `echo ${set} made` },
    { kind: 'check', argv: ['pgrep', '-x', 'sshd'] },
    { kind: 'check', argv: ['test', '-r', '/etc/passwd'] },
  ]
}

/** Two of the ten templates have the name of the host in them. */
const varsOf = (set: number, number: number): Vars => ({
  [VARS[0]]: number < 2 ? `service ${set} on ${HOST}` : `service ${set}`,
  [VARS[1]]: `10.0.${set}.${number}`,
  [VARS[2]]: String(8000 + set),
  [VARS[3]]: String(number + 1),
  [VARS[4]]: `/var/log/service-${set}.log`,
})
