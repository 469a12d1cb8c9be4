import { ask, containers, defineModule, paths, readerOfOne, sh } from 'run-playbook'
import { wholeServer } from 'run-playbook/postgres'
import { handOverSteps } from './hand-over-steps.ts'
import { handOverArgs as args } from './handed-over-args.ts'

interface Standing {
  readonly fenced: boolean
  readonly running: boolean
}

/**
 * The old primary's half of a planned promotion: fenced, stopped, and its successor has every byte. Where the successor
 * can't get them it is opened and started again, and the task fails.
 */
export const handedOver = defineModule({
  name: 'postgres_handed_over',
  args,
  probe: ({ dataDir }) => ask(standing, dataDir),
  plan: ({ successor }, { running }) => ({
    changes: [
      {
        what: 'primary',
        from: running ? 'accepts writes' : 'stopped',
        to: `stopped for ${successor}, which has every byte`,
      },
    ],
  }),
  // The steps wait themselves: a stopped primary is opened again where its successor does not get every byte.
  apply: handOverSteps,
  touches: ({ dataDir, address, port }) => [
    paths.below(dataDir),
    containers.at('postgres'),
    ...wholeServer({ host: address, port }),
  ],
  verify: (_args, _before, { fenced, running }) =>
    fenced && !running ? [] : [{ what: 'primary', from: 'open', to: 'stopped and fenced' }],
})

const standing = readerOfOne<Standing>({
  name: 'postgres_fence',
  ask: (dataDir) => `
    [ ! -e ${sh`${`${dataDir}/fenced`}`} ] || echo fenced
    docker container inspect -f '{{.State.Status}}' postgres 2>/dev/null || true`,
  parse: ({ stdout }) => {
    const words = stdout.toString().split('\n')
    return { fenced: words.includes('fenced'), running: words.includes('running') }
  },
  sees: (dataDir) => [paths.below(dataDir), containers.at('postgres')],
})
