import { UserError } from '../../../core/errors.ts'
import type { ComposeFound } from './reader.ts'

/** Why nothing can be said about a project. */
export function refusal(folder: string, found: Exclude<ComposeFound, { kind: 'project' }>): UserError {
  switch (found.kind) {
    case 'no docker':
      return new UserError('E_NO_DOCKER', 'the docker command is not installed', {
        hint: 'Install Docker on the host before this task (on Debian and Ubuntu the package docker.io).',
      })
    case 'no compose':
      return new UserError('E_NO_COMPOSE', 'the host has no docker compose', {
        hint: 'Install Docker Compose 2 in an earlier task: docker-compose on Debian 13, docker-compose-v2 on Ubuntu, docker-compose-plugin from Docker.',
      })
    case 'podman':
      return new UserError(
        'E_DOCKER_ENGINE',
        `the engine behind the command docker is Podman (${found.why})`,
        {
          hint: 'Install the Docker engine on the host, and remove podman-docker.',
        },
      )
    case 'absent':
      return new UserError('E_NO_DIRECTORY', `the directory ${folder} does not exist`, {
        hint: 'Create it in an earlier task.',
      })
    case 'failed':
      return new UserError('E_COMPOSE', `docker compose refuses the project in ${folder}: ${found.why}`, {
        hint: 'Correct the compose file. On the host, docker compose config and docker compose --dry-run up say more.',
      })
  }
}
