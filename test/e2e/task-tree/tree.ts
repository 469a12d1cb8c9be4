import { join } from 'node:path/posix'
import {
  absolutePath,
  changed,
  command,
  copy,
  definePlay,
  definePlaybook,
  facts,
  failed,
  file,
  from,
  group,
  paths,
  shell,
  z,
  type TaskList,
} from 'run-playbook'

/** Long enough to be in the middle of when a run is killed. */
const PAYLOAD = 'a line of a file that takes a while to send\n'.repeat(40_000)

/** One of everything, made so that a second run has nothing to do. All of it is below one folder. */
export default definePlaybook({
  description: 'groups, rescues, attempts, jobs, and tasks that run elsewhere or as somebody else',
  vars: z.strictObject({ root: absolutePath.default('/srv/tree') }),
  plays: ({ vars: { root } }) => [
    definePlay({ name: 'tree', hosts: 'all', tasks: ({ name }) => tasks(name, (path) => join(root, path)) }),
  ],
})

function tasks(host: string, at: (path: string) => string): TaskList {
  /** A file with this content comes to be in one piece. */
  const into = (path: string) => `>${at(path)}.new && mv ${at(path)}.new ${at(path)}`
  const once = (name: string, script: string, path: string) =>
    shell(name, { script: `${script} ${into(path)}`, creates: at(path) })

  const note = shell('note the release', { script: `cat ${at('release')} ${into('noted')}` })
  const os = facts.os('os')
  const token = command('token', { argv: ['cat', at('token')], changes: false })
  const cache = command(
    'look for a cache',
    { argv: ['test', '-e', at('cache')], changes: false },
    { ignoreErrors: true },
  )
  // Says that it changes something until what depends on that is done: a run may be killed between the two.
  const sync = shell(
    'synchronize',
    {
      script: `[ ! -e ${at('synchronized')} ] || { echo 0 files; exit; }; echo 1 file; touch ${at('synced')}`,
    },
    { changedWhen: ({ state }) => !state.stdout.startsWith('0 '), touches: [paths.at(at('synced'))] },
  )
  const users = command('accounts', { argv: ['getent', 'passwd'], changes: false })

  return [
    users,

    // Where it runs: node-a keeps a list of all hosts, and what is made once for all of them.
    group({ name: 'on node-a', delegateTo: 'node-a', runOnce: true }, [
      file('members', { path: at('members'), state: 'directory', mode: '0755' }),
      once('make a token', 'od -An -N8 -tx8 /dev/urandom | tr -d " "', 'token'),
      token,
    ]),
    copy('join', { dest: at(`members/${host}`), content: `${host}\n` }, { delegateTo: 'node-a' }),
    file('folder', { path: at(''), state: 'directory', mode: '0755' }),
    os,
    copy(
      'about',
      from([token, os], ({ stdout }, { family }) => ({ dest: at('about'), content: `${family} ${stdout}` })),
    ),

    // A failure that is dealt with.
    group(
      { name: 'release', environment: { RELEASE: '7' }, notify: note },
      [
        copy('payload', { dest: at('payload'), content: PAYLOAD }),
        once('install', 'echo "release $RELEASE"', 'release'),
        group(
          { name: 'upgrade' },
          [
            shell(
              'upgrade',
              { script: 'echo schema 1', creates: at('rolled-back') },
              { failedWhen: ({ state }) => state.stdout.startsWith('schema 1') && 'the schema is too old' },
            ),
            shell('not reached', { script: `touch ${at('reached')}`, creates: at('rolled-back') }),
          ],
          { always: [once('unlock', 'echo "unlocked after $RELEASE"', 'unlocked')] },
        ),
      ],
      {
        rescue: [once('roll back', 'echo "rolled back $RELEASE"', 'rolled-back')],
        always: [copy('released', { dest: at('released'), content: `${host}\n` })],
      },
    ),

    // A failure that is ignored, a result that is judged, a change that says so itself.
    cache,
    copy('cache', { dest: at('cache'), content: 'cold\n' }, { when: failed(cache) }),
    command(
      'disk',
      { argv: ['sh', '-c', 'echo 40; exit 1'], changes: false },
      {
        failedWhen: ({ state }) => Number(state.stdout) > 90 && 'the disk is full',
      },
    ),
    shell('not supported here', { script: 'exit 3' }, { ignoreErrors: true, touches: [] }),
    sync,
    copy(
      'synchronized',
      { dest: at('synchronized'), content: 'for the first time\n' },
      { when: changed(sync) },
    ),

    // A file that another process makes later, and one that another host does.
    shell('begin something slow', {
      script: `setsid sh -c 'for i in $(seq 600); do [ -e ${at('asked')} ] && break; sleep 0.1; done
        sleep 0.5; echo ready ${into('ready')}' >/dev/null 2>&1 </dev/null &
        touch ${at('begun')}`,
      creates: at('begun'),
    }),
    shell(
      'wait until it is ready',
      // The first attempt comes too early, however slow the host is: nobody has asked before it.
      { script: `cat ${at('ready')} || { touch ${at('asked')}; exit 1; }`, creates: at('ready') },
      { retry: { times: 300, delayMs: 100 } },
    ),
    host === 'node-a'
      ? ['node-b', 'node-c'].map((other) =>
          group({ delegateTo: other }, [
            file(`inbox of ${other}`, { path: at('../tree.inbox'), state: 'directory', mode: '0755' }),
            copy(`word for ${other}`, { dest: at('../tree.inbox/word'), content: 'from node-a\n' }),
          ]),
        )
      : command(
          'wait for node-a',
          { argv: ['cat', at('../tree.inbox/word')], changes: false },
          { retry: { times: 300, delayMs: 100, until: ({ state }) => state.stdout === 'from node-a\n' } },
        ),

    // As whom.
    file('home', {
      path: at('home'),
      state: 'directory',
      owner: 'operator',
      group: 'operator',
      mode: '0700',
    }),
    group({ name: 'as operator', becomeUser: 'operator', environment: { GREETING: 'hello' } }, [
      once('greet', 'echo "$GREETING from $(id -un)"', 'home/greeting'),
      copy('letter', { dest: at('home/letter'), content: 'to nobody\n' }),
    ]),
    command(
      'as nobody',
      { argv: ['id', '-un'], changes: false },
      {
        becomeUser: 'nobody',
        failedWhen: ({ state }) => state.stdout !== 'nobody\n' && `it ran as ${state.stdout}`,
      },
    ),

    // Tasks that are made from what is there.
    file('accounts folder', { path: at('accounts'), state: 'directory', mode: '0755' }),
    from(users, ({ stdout }) =>
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(':'))
        .filter(([, , , , , , login = '']) => !login.endsWith('nologin'))
        .map(([user = '']) =>
          file(`folder of ${user}`, {
            path: at(`accounts/${user}`),
            state: 'directory',
            owner: user,
            mode: '0700',
          }),
        ),
    ),

    // In the background of the host.
    shell(
      'import',
      {
        script: `echo began >>${at('import.log')}; sleep 1.5; echo imported ${into('imported')}`,
        creates: at('imported'),
      },
      { background: true },
    ),
    copy('last', { dest: at('last'), content: 'done\n' }),
  ]
}
