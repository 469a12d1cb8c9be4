import { EVERYTHING, UserError, ask, defineModule, readerOfOne, z } from 'run-playbook'

/** What the packages should have brought: Docker's engine and its client. Says which of them is missing. */
export const dockerComplete = defineModule({
  name: 'docker_complete',
  args: z.strictObject({ names: z.array(z.string()).readonly() }),
  probe: () => ask(reader, ''),
  plan: ({ names }, missing) => {
    if (missing.length === 0) return { changes: [], because: 'the engine and its client are there' }
    throw new UserError(
      'E_NO_DOCKER',
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} still missing, although ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} installed`,
      {
        hint: `Find the package that contains it (on Debian and Ubuntu: apt-file search bin/${missing[0]}), and list all packages that are needed: -e 'dockerPackages=["…"]'.`,
      },
    )
  },
  apply: () => [],
  touches: () => [],
})

const reader = readerOfOne<readonly string[]>({
  name: 'docker_complete',
  ask: () => 'for one in docker dockerd; do command -v $one >/dev/null || echo $one; done; exit 0',
  parse: ({ stdout }) => stdout.toString().split('\n').filter(Boolean),
  sees: () => [EVERYTHING],
})
