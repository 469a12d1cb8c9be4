import type { Recap, RunEvent, TaskEnded, TaskStarted } from '../../../lib/core/events.ts'

/** A task that ended, of which the test says only what it is about. */
export function ended(fields: Partial<TaskEnded> = {}): TaskEnded {
  return {
    type: 'task',
    play: 'primary',
    host: 'node-a',
    role: 'postgres-primary',
    task: 'postgresql.conf',
    module: 'template',
    status: 'ok',
    changes: [],
    durationMs: 12,
    at: 'roles/postgres-primary/role.ts:23',
    ...fields,
  }
}

export function started(fields: Partial<TaskStarted> = {}): TaskStarted {
  const { play, host, role, task, module } = ended()
  return { type: 'task-start', play, host, role, task, module, ...fields }
}

export const failed = (fields: Partial<TaskEnded> = {}): TaskEnded =>
  ended({
    host: 'node-b',
    task: 'postgres',
    module: 'docker',
    status: 'failed',
    error: {
      code: 'E_COMMAND_FAILED',
      message: 'docker run failed with exit code 125',
      command: 'docker run --name postgres postgres:16',
      exitCode: 125,
      output: 'docker: Conflict. The container name "/postgres" is already in use.\nSee docker run --help.',
      hint: 'Remove the container with `docker rm -f postgres`.',
    },
    ...fields,
  })

const none = {
  ok: 0,
  changed: 0,
  wouldChange: 0,
  unknown: 0,
  skipped: 0,
  failed: 0,
  ignored: 0,
  rescued: 0,
  notRun: 0,
  unreachable: false,
}

export function recap(
  hosts: Record<string, Partial<Recap['hosts'][string]>>,
  fields: Partial<Recap> = {},
): Recap {
  const entries = Object.entries(hosts).map(([host, counts]) => [host, { ...none, roundTrips: 1, ...counts }])
  return { type: 'recap', hosts: Object.fromEntries(entries), durationMs: 1234, exitCode: 0, ...fields }
}

/** A run on three hosts with one of everything. */
export const eventful: readonly RunEvent[] = [
  { type: 'run', playbook: 'site', mode: 'apply', hosts: ['node-a', 'node-b', 'node-long'] },
  { type: 'play', play: 'primary', hosts: ['node-a', 'node-b', 'node-long'], taskCounts: { 'node-a': 3 } },
  { type: 'host', host: 'node-a', phase: 'connecting' },
  {
    type: 'unreachable',
    host: 'node-long',
    error: { code: 'E_UNREACHABLE', message: 'connection refused', hint: 'Is sshd running there?' },
  },
  { type: 'notice', host: 'node-a', level: 'warning', text: 'the clock is 40 s ahead' },
  { type: 'notice', level: 'debug', text: 'frame 1' },
  started(),
  ended({
    status: 'changed',
    changes: [{ what: 'mode', from: '0644', to: '0640' }],
    commands: ['chmod 0640 /x'],
  }),
  ended({ task: 'pg_hba.conf', because: 'already 0640 root:root' }),
  ended({ task: 'stanza', module: 'pgbackrest', status: 'skipped', because: 'no repository' }),
  { type: 'host', host: 'node-a', phase: 'done' },
  ended({
    host: 'node-b',
    status: 'changed',
    changes: [{ what: 'content', from: 'a', to: 'b' }],
    diffs: ['-a\n+b'],
  }),
  failed(),
  { type: 'host', host: 'node-b', phase: 'done' },
  recap(
    {
      'node-a': { ok: 1, changed: 1, skipped: 1, roundTrips: 3 },
      'node-b': { changed: 1, failed: 1 },
      'node-long': { unreachable: true, roundTrips: 0 },
    },
    { exitCode: 6 },
  ),
]
