import { UserError } from '../../../core/errors.ts'
import type { Reader } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'

/**
 * What a snap sees of its host (snap-confine's mount-support.c), and what every snap brings itself. Everything else is missing,
 * or another folder of the same name, as /tmp is.
 */
const SEEN =
  /^\/(?:dev|etc|home|root|proc|sys|run|media|mnt|usr|lib|bin|sbin|var\/(?:run|snap|lib\/snapd|tmp|log))(?:\/|$)/

/**
 * Whether the engine sees a path of the host. Docker of a snap sees few: a container that mounts one of the others fails to
 * start, or gets the wrong files.
 */
export const seenByEngine: Reader<undefined> = {
  name: 'docker_snap',
  // The commands of snaps are links to the command snap.
  ask: () =>
    'client=$(command -v docker) || client=\necho "$client"\nreadlink -f "$client" 2>/dev/null\nexit 0',
  parse: ({ stdout }, keys) => {
    const isSnap = /^\/snap\/|\/snap$/m.test(stdout.toString())
    return keys.map((path) => (isSnap && !SEEN.test(path) ? unseen(path) : undefined))
  },
  sees: () => [paths.at('/snap/bin/docker')],
}

const unseen = (path: string): UserError =>
  new UserError(
    'E_DOCKER_ENGINE',
    `Docker of a snap cannot mount ${path}: it does not see this directory of the host`,
    {
      hint: 'Use a directory below /home, or remove the snap (snap remove docker) and install the Docker engine from packages of the distribution.',
    },
  )
