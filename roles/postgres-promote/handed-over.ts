import { type Reader, ask, defineModule, sh, treeResource, z } from 'run-playbook'
import { handOverSteps } from './hand-over-steps.ts'

export interface HandedOverArgs {
  readonly address: string
  readonly port: number
  readonly dataDir: string
  readonly image: string
  /** Who takes over. */
  readonly successor: string
  readonly successorAddress: string
}

interface Standing {
  readonly fenced: boolean
  readonly running: boolean
}

/**
 * The old primary's half of a planned promotion: fenced, stopped, and its successor has every byte. Where the successor
 * can't get them it is opened and started again, and the task fails.
 */
export const handedOver = defineModule<HandedOverArgs, Standing>({
  name: 'postgres_handed_over',
  args: z.strictObject({
    address: z.string(),
    port: z.int(),
    dataDir: z.string(),
    image: z.string(),
    successor: z.string(),
    successorAddress: z.string(),
  }),
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
  apply: handOverSteps,
  touches: ({ dataDir, address, port }) => [
    treeResource(dataDir),
    'docker:container/postgres/**',
    `postgres:/${address}:${port}/**`,
  ],
  verify: (_args, _before, { fenced, running }) =>
    fenced && !running ? [] : [{ what: 'primary', from: 'open', to: 'stopped and fenced' }],
})

export const standing: Reader<Standing> = {
  name: 'postgres_fence',
  channel: 'shell',
  ask: ([dataDir = '']) => `
    [ ! -e ${sh`${`${dataDir}/fenced`}`} ] || echo fenced
    docker container inspect -f '{{.State.Status}}' postgres 2>/dev/null || true`,
  parse: ({ stdout }, keys) => {
    const words = stdout.toString().split('\n')
    return keys.map(() => ({ fenced: words.includes('fenced'), running: words.includes('running') }))
  },
  sees: (dataDir) => [treeResource(dataDir), 'docker:container/postgres'],
}
