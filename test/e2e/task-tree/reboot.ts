import { copy, definePlay, definePlaybook, file, reboot, shell } from 'run-playbook'

/** Options that take a reboot of node-c, and a play behind it that finds the host as it is after its start. */
export default definePlaybook({
  description: 'a reboot that is waited for',
  plays: () => [
    definePlay({
      name: 'options',
      hosts: 'node-c',
      tasks: () => {
        const restart = reboot('reboot', {})
        return [
          file('folder', { path: '/srv/tree', state: 'directory', mode: '0755' }),
          copy('options', { dest: '/srv/tree/options', content: 'quiet\n' }, { notify: restart }),
        ]
      },
    }),
    definePlay({
      name: 'behind',
      hosts: 'node-c',
      tasks: () => [
        shell('after the start', {
          script: '[ ! -e /run/tree-before ] && touch /srv/tree/started',
          creates: '/srv/tree/started',
        }),
      ],
    }),
  ],
})
