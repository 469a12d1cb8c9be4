import { type Module, type ShellStep, defineModule } from '../../../core/module.ts'
import { quote } from '../../../core/sh.ts'
import { isStatic } from '../../shared/conventions.ts'
import { type Compose, type DockerComposeArgs, composeArgs } from './args.ts'
import { leftOfCompose, planCompose } from './plan.ts'
import { commandsOf, prelude } from './script.ts'
import { type ComposeState, probeCompose } from './state.ts'

/**
 * The containers of a project of Docker Compose: of a compose file on the host, or of one that is written here. Needs Docker Compose 2 on the host. What
 * would change is what `docker compose --dry-run` says, in a dry run and in a real one.
 *
 * As in Ansible's `docker_compose_v2`, containers are replaced if their service differs, and other services' stay unless `removeOrphans` is
 * true. Unlike in Ansible, `pull`, `build` and `recreate` with `always` count as changed each time; a project of the same name
 * that was made from another folder is an error (E_FOREIGN_CONTAINER), because docker compose would replace its containers, unless the task has
 * `adopt: true`; and `absent` is an error while there are containers of services that the compose file does not have, unless `removeOrphans` is true. A
 * service that ends by itself is started each time, as by `docker compose up`. To restart one container, use `docker.restart`. `check_files_existing`
 * and `ignore_build_events` are not available.
 *
 * @dryRun Runs `docker compose --dry-run` on the host, and names each container, network, volume and image that would change.
 * `always` in `pull`, `build` or `recreate` would change each time. Unknown if an earlier task would change something in
 * `folder` or of Docker. Nothing is foretold: what later tasks read is unknown, but for static files such as those in `/etc` and
 * `/usr`.
 *
 * @throws UserError E_NO_DOCKER, E_NO_COMPOSE, E_COMPOSE, E_FOREIGN_CONTAINER
 *
 * @example
 * return [
 *   copy('compose file', { dest: '/srv/shop/compose.yaml', content: 'services: { web: { image: nginx:1.27 } }\n' }),
 *   docker.compose('shop', { folder: '/srv/shop', removeOrphans: true, wait: true }),
 * ]
 *
 * @example
 * docker.compose('cache', { project: 'cache', definition: { services: { redis: { image: 'redis:7', restart: 'always' } } } })
 */
export const compose: Module<DockerComposeArgs, ComposeState> = defineModule({
  name: 'docker_compose',
  args: composeArgs,
  ansible: {
    project_src: 'folder',
    project_name: 'project',
    timeout: 'stopTimeout',
    wait_timeout: 'waitTimeoutMs, in milliseconds',
  },
  withEnvironment: (given: Compose, environment) => ({ ...given, environment }),
  probe: probeCompose,
  plan: planCompose,
  apply: (given): ShellStep[] => [
    {
      script: [
        ...prelude(given),
        ...commandsOf(given, 'changes').map((words) => `compose ${words.map(quote).join(' ')} || exit 1`),
      ].join('\n'),
      timeoutMs: 1_800_000,
    },
  ],
  // Its containers may do anything; by convention not to what the system consists of.
  keeps:
    () =>
    ({ reader, key }, answer) =>
      isStatic(reader.sees(key, answer)),
  verify: (given, _before, after) => leftOfCompose(given, after),
})
