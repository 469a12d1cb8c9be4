import type { Reader } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { quote } from '../../core/sh.ts'

/** Whether the host has a program, by its name. */
export const program: Reader<boolean> = {
  name: 'program',
  ask: (names) =>
    names
      .map((name) => `if command -v ${quote(name)} >/dev/null; then echo yes; else echo no; fi`)
      .join('\n'),
  parse: ({ stdout }, names) => {
    const lines = stdout.toString().trim().split('\n')
    return names.map((name, i) => {
      const said = lines[i]
      return said === 'yes' || said === 'no' ? said === 'yes' : new Error(`${name}: no answer`)
    })
  },
  sees: (name) =>
    ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin', '/sbin'].map((folder) =>
      paths.at(`${folder}/${name}`),
    ),
}
