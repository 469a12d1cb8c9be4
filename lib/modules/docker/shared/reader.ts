import type { ResourceKind } from '../../../core/resource.ts'
import { type ZodType } from 'zod'
import { UserError } from '../../../core/errors.ts'
import type { Reader, Reply } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import {
  type DockerContainer,
  type DockerImage,
  type DockerNetwork,
  type DockerVolume,
  containerSchema,
  imageSchema,
  networkSchema,
  volumeSchema,
} from './inspect.ts'
import { containers, dockerNetworks, images, volumes } from './kinds.ts'
import { PODMAN_SCRIPT } from './podman.ts'
import { isCalled } from './reference.ts'

export type { DockerContainer, DockerImage, DockerNetwork, DockerVolume }

/** A container by its name; `undefined` where there is none. */
export const dockerContainer = inspector('container', containerSchema, (one, name) => one.name === name)

/** An image by reference (`postgres:16`) or by id (`sha256:…`). */
export const dockerImage = inspector('image', imageSchema, isCalled)

export const dockerNetwork = inspector('network', networkSchema, (one, name) => one.name === name)

export const dockerVolume = inspector('volume', volumeSchema, (one, name) => one.name === name)

const KINDS: Readonly<Record<'container' | 'image' | 'network' | 'volume', ResourceKind>> = {
  container: containers,
  image: images,
  network: dockerNetworks,
  volume: volumes,
}

/** Exit status that no command here has. */
const PODMAN = 119

function inspector<Answer>(
  kind: keyof typeof KINDS,
  schema: ZodType<Answer>,
  matches: (answer: Answer, key: string) => boolean,
): Reader<Answer | undefined> {
  return {
    name: `docker_${kind}`,
    // One object a line: Docker skips what isn't there, says so on standard error and goes on.
    ask: (keys) =>
      `${REFUSE_PODMAN}docker ${kind} inspect --format '{{json .}}' -- ${sh`${keys}`}\n${NAME_ROOTLESS}`,
    parse: (reply, keys) => {
      const lines = reply.stdout.toString().split('\n')
      const found = lines.filter((line) => line.startsWith('{')).map((line) => schema.parse(JSON.parse(line)))
      return keys.map((key) => found.find((one) => matches(one, key)) ?? whyMissing(kind, key, reply))
    },
    sees: (key) => [KINDS[kind].at(key)],
  }
}

const REFUSE_PODMAN = `${PODMAN_SCRIPT}podman=$(podman_behind)
[ -z "$podman" ] || { echo "$podman" >&2; exit ${PODMAN}; }
`

// A rootless engine belongs to an account: to root it looks as if there was none.
const NAME_ROOTLESS = `code=$?
[ $code = 0 ] || for socket in /run/user/*/docker.sock; do
  [ ! -S "$socket" ] || echo "rootless engine: $socket" >&2
done
exit $code`

/** Not there, or nobody to ask? Docker's messages aren't translated. */
function whyMissing(kind: string, key: string, { code, stderr }: Reply): undefined | Error {
  if (code === 0) return undefined
  const lines = stderr.toString().trim().split('\n')
  if (code === PODMAN) return isPodman(lines.at(-1) ?? '')
  if (lines.some((line) => PODMAN_SAYS.test(line))) return isPodman('it answers on the socket of Docker')
  if (code === 127) {
    return new UserError('E_NO_DOCKER', 'the docker command is not installed', {
      hint: 'Install Docker on the host before this task (on Debian and Ubuntu the package docker.io).',
    })
  }
  if (lines.some((line) => /no such|not found/i.test(line) && line.includes(key))) return undefined
  const reason = lines.find((line) => /docker daemon|docker API|permission denied/i.test(line))
  if (reason === undefined) {
    const said = lines.findLast((line) => !ROOTLESS.test(line))
    return new UserError('E_DOCKER', `docker ${kind} inspect ${key}: ${said || `exit ${code}`}`)
  }
  const rootless = lines.map((line) => ROOTLESS.exec(line)?.[1]).find((socket) => socket !== undefined)
  if (rootless !== undefined && !/permission denied/i.test(reason)) return noneOfRoot(rootless)
  return new UserError('E_NO_DOCKER', `the Docker engine does not answer: ${reason}`, {
    hint: /permission denied/i.test(reason)
      ? 'Set `become: true`, or add the login user to the group docker.'
      : 'Start Docker on the host: systemctl start docker.',
  })
}

/** What is not there, in the words of Podman: Docker says `No such container: web`. */
const PODMAN_SAYS = / with name (or ID )?|failed to find image /

const isPodman = (how: string): UserError =>
  new UserError(
    'E_DOCKER_ENGINE',
    `the engine behind the command docker is Podman (${how}), but the docker modules need Docker`,
    {
      hint: 'Install the Docker engine on the host (on Debian and Ubuntu the package docker.io), and remove podman-docker.',
    },
  )

const ROOTLESS = /^rootless engine: (.*)$/

const noneOfRoot = (socket: string): UserError =>
  new UserError(
    'E_DOCKER_ENGINE',
    `the Docker engine that the task asks does not answer; there is a rootless one at ${socket}`,
    {
      hint: `To use that one, run the task as its account (becomeUser) with environment: { DOCKER_HOST: 'unix://${socket}' }. To use the engine of root, start it: systemctl start docker.`,
    },
  )
