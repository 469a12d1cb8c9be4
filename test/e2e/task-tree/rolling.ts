import { definePlay, definePlaybook, shell, z, type Play } from 'run-playbook'

/** How many hosts at a time, and how many of them may fail. */
const WAYS = {
  one: { serial: 1 },
  share: { serial: '67%' },
  list: { serial: [1, '100%'] },
  tolerant: { serial: 2, maxFailPercentage: 50 },
  strict: { serial: 2, maxFailPercentage: 49 },
} as const satisfies Record<string, Pick<Play, 'serial' | 'maxFailPercentage'>>

/** A play that goes through the hosts in batches. It fails where there is a file named broken. */
export default definePlaybook({
  description: 'a rolling update',
  vars: z.strictObject({ way: z.enum(['one', 'share', 'list', 'tolerant', 'strict']) }),
  plays: ({ vars: { way } }) => [
    definePlay({
      name: 'rolling',
      hosts: 'all',
      ...WAYS[way],
      tasks: () => {
        const restart = shell('restart', { script: 'echo restarted >/srv/tree/restarted' })
        return [
          shell('drain', { script: 'mkdir -p /srv/tree', creates: '/srv/tree' }),
          shell(
            'update',
            { script: '[ ! -e /srv/tree/broken ] && touch /srv/tree/updated', creates: '/srv/tree/updated' },
            { notify: restart },
          ),
        ]
      },
    }),
    definePlay({
      name: 'behind',
      hosts: 'all',
      tasks: () => [shell('behind', { script: 'touch /srv/tree/behind', creates: '/srv/tree/behind' })],
    }),
  ],
})
