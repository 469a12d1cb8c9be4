import type { WaitForArgs } from '../../../../lib/modules/index.ts'

export interface Case {
  readonly args: WaitForArgs
  /** What it is; undefined where it is so already. */
  readonly left?: string
  /** Arguments of Ansible's module. `differs`: on purpose, and how. */
  readonly ansible: Readonly<Record<string, unknown>> | { readonly differs: string }
}

/** Of a machine on which `open` is a port with a client, `quiet` one without, and `closed` none. */
export const cases = (
  at: (path: string) => string,
  open: number,
  quiet: number,
  closed: number,
): Readonly<Record<string, Case>> => ({
  'an open port': { args: { port: open }, ansible: { port: open } },
  'an open port of a name': {
    args: { port: open, host: 'localhost', state: 'present' },
    ansible: { port: open, host: 'localhost' },
  },
  'a closed port that is to be open': { args: { port: closed }, left: 'closed', ansible: { port: closed } },
  'a closed port': { args: { port: closed, state: 'stopped' }, ansible: { port: closed, state: 'stopped' } },
  'an open port that is to be closed': {
    args: { port: open, state: 'absent' },
    left: 'open',
    ansible: { port: open, state: 'absent' },
  },
  'what a server says': {
    args: { port: open, searchRegex: /^220 .*ready$/ },
    ansible: { port: open, search_regex: '^220 .*ready$' },
  },
  'what a server does not say': {
    args: { port: open, searchRegex: /221/ },
    left: 'not heard',
    ansible: { differs: 'the same, after a long time' },
  },
  'a port with connections': {
    args: { port: open, state: 'drained' },
    left: 'connected',
    ansible: { port: open, state: 'drained' },
  },
  'a port without connections': {
    args: { port: quiet, state: 'drained' },
    ansible: { port: quiet, state: 'drained' },
  },
  'connections of a host that does not count': {
    args: { port: open, state: 'drained', excludeHosts: ['127.0.0.1'] },
    ansible: { port: open, state: 'drained', exclude_hosts: ['127.0.0.1'] },
  },
  'connections in a state that does not count': {
    args: { port: open, state: 'drained', activeConnectionStates: ['SYN_SENT'] },
    ansible: { port: open, state: 'drained', active_connection_states: ['SYN_SENT'] },
  },
  'connections to any address': {
    args: { port: open, host: '0.0.0.0', state: 'drained' },
    left: 'connected',
    ansible: { differs: 'the same, after a long time' },
  },
  'connections to another address': {
    args: { port: open, host: '10.255.255.1', state: 'drained' },
    ansible: { port: open, host: '10.255.255.1', state: 'drained' },
  },
  'a file': { args: { path: at('file') }, ansible: { path: at('file') } },
  'a directory': { args: { path: at('folder') }, ansible: { path: at('folder') } },
  'a link to a file': { args: { path: at('link') }, ansible: { path: at('link') } },
  'a link to nothing': {
    args: { path: at('broken'), state: 'absent' },
    ansible: { path: at('broken'), state: 'absent' },
  },
  'no file': { args: { path: at('none') }, left: 'absent', ansible: { path: at('none') } },
  'no file, as wanted': {
    args: { path: at('none'), state: 'absent' },
    ansible: { path: at('none'), state: 'absent' },
  },
  'a file that is to be gone': {
    args: { path: at('file'), state: 'absent' },
    left: 'present',
    ansible: { differs: 'the same, after a long time' },
  },
  'a text in a file': {
    args: { path: at('file'), searchRegex: /^started in (\d+) s$/ },
    ansible: { path: at('file'), search_regex: '^started in (\\d+) s$' },
  },
  'a text that is not in a file': {
    args: { path: at('file'), searchRegex: /stopped/ },
    left: 'not in it',
    ansible: { differs: 'the same, after a long time' },
  },
  'a process by its name': {
    args: { process: 'rp-waited' },
    ansible: { differs: 'it cannot wait for processes' },
  },
  'a process by its command line': {
    args: { process: /rp-waited .*5\d\d/ },
    ansible: { differs: 'it cannot wait for processes' },
  },
  'a process that does not run': {
    args: { process: 'rp-waite', state: 'stopped' },
    ansible: { differs: 'it cannot wait for processes' },
  },
  'a process that is to end': {
    args: { process: 'rp-waited', state: 'absent' },
    left: 'running',
    ansible: { differs: 'it cannot wait for processes' },
  },
})
