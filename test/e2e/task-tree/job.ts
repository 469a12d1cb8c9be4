import { copy, definePlay, definePlaybook, shell } from 'run-playbook'

/** A job in the background of node-b. It ends when somebody makes the file named go. */
export default definePlaybook({
  description: 'a job that outlives the connection',
  plays: () => [
    definePlay({
      name: 'job',
      hosts: 'node-b',
      tasks: () => [
        shell(
          'import',
          {
            script: `mkdir -p /srv/tree; echo began >>/srv/tree/import.log
              for i in $(seq 1200); do [ ! -e /srv/tree/go ] || break; sleep 0.1; done
              rm /srv/tree/go && echo imported && touch /srv/tree/imported`,
            creates: '/srv/tree/imported',
          },
          { background: true, show: true },
        ),
        copy('last', { dest: '/srv/tree/last', content: 'done\n' }),
      ],
    }),
  ],
})
