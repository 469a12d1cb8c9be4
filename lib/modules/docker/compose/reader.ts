import * as z from '../../../core/lazy-zod.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { dockerKinds } from '../shared/kinds.ts'
import { PODMAN_SCRIPT } from '../shared/podman.ts'
import type { Compose } from './args.ts'
import { type ComposeEvent, eventsOf } from './events.ts'
import { commandsOf, prelude } from './script.ts'

/** A container that has the name of the project. */
export interface ComposeContainer {
  readonly name: string
  readonly service: string
  /** The folder that it was made from. */
  readonly folder: string
  readonly running: boolean
  /** It ran to its end, and all was well. */
  readonly ended: boolean
}

/** A project, and what docker compose would do to it. */
export type ComposeFound =
  | { readonly kind: 'no docker' | 'no compose' | 'absent' }
  | { readonly kind: 'podman' | 'failed'; readonly why: string }
  | {
      readonly kind: 'project'
      readonly project: string
      /** Of the compose file, with the profiles that take part. */
      readonly services: readonly string[]
      readonly containers: readonly ComposeContainer[]
      readonly events: readonly ComposeEvent[]
      /** That would be removed, and were not made for the project. */
      readonly foreignVolumes: readonly string[]
    }

export const composeKey = (given: Compose): string => JSON.stringify(given)
const givenOf = (key: string): Compose => JSON.parse(key) as Compose

const LABELS = ['service', 'project.working_dir'].map((name) => `{{.Label "com.docker.compose.${name}"}}`)
const FORMAT = `container {{.Names}}\t{{.State}}\t${LABELS.join('\t')}\t{{.Status}}`

/** By the `composeKey`: what there is of a project, and what `docker compose --dry-run` says. */
export const composeFound: Reader<ComposeFound> = readerOfOne<ComposeFound>({
  name: 'docker compose',
  ask: (key) => {
    const given = givenOf(key)
    const [command = []] = commandsOf(given, 'looks')
    return [
      `${PODMAN_SCRIPT}podman=$(podman_behind)`,
      '[ -z "$podman" ] || { echo "podman $podman"; exit 0; }',
      'command -v docker >/dev/null || { echo no docker; exit 0; }',
      'docker compose version >/dev/null 2>&1 || { echo no compose; exit 0; }',
      sh`[ -d ${given.folder} ] || { echo absent; exit 0; }`,
      ...prelude(given),
      'failed() { echo failed; printf "%s\\n" "$said"; exit 0; }',
      'said=$(compose config --format json 2>&1) || failed',
      // The name is the first field that is not within another one.
      `project=$(printf '%s\\n' "$said" | sed -n 's/^  "name": "\\([a-z0-9_-]*\\)",*$/\\1/p' | head -n 1)`,
      '[ -n "$project" ] || failed',
      'said=$(compose config --services 2>&1) || failed',
      'echo "project $project"',
      `printf '%s\\n' "$said" | sed 's/^/service /'`,
      sh`said=$(docker ps --all --no-trunc --filter "label=com.docker.compose.project=$project" --format ${FORMAT} 2>&1) || failed`,
      `printf '%s\\n' "$said"`,
      sh`said=$(compose --dry-run ${command} 2>&1) || failed`,
      `printf '%s\\n' "$said" | sed 's/^/says /'`,
      ...(given.state === 'absent' ? [THERE] : []),
      'echo end',
    ].join('\n')
  },
  parse: parseFound,
  sees: (key) => seesProject(givenOf(key)),
})

const seesProject = ({ folder, definition, files, envFiles }: Compose): Resource[] => [
  ...dockerKinds.map(({ all }) => all),
  ...(definition === undefined || folder !== '/' ? [paths.below(folder)] : []),
  ...[...files, ...envFiles].map(paths.at),
  ...['/usr/bin/docker', '/usr/local/bin/docker', '/root/.docker/config.json'].map(paths.at),
  ...[
    '/usr/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/local/lib/docker/cli-plugins',
  ].map(paths.below),
]

// The dry run says that it removes volumes and images, whether they are there or not.
const THERE = `printf '%s\\n' "$said" | tr -d '"' | sed -n -e 's/^.*DRY-RUN MODE -  *Volume \\([^ ]*\\)  *Removing.*/volume \\1/p' -e 's/^.*DRY-RUN MODE -  *Image \\([^ ]*\\)  *Removing.*/image \\1/p' |
while read -r kind name; do
  case $kind in
    volume) of=$(docker volume inspect --format '{{index .Labels "com.docker.compose.project"}}' -- "$name" 2>/dev/null) || continue ;;
    image) docker image inspect -- "$name" >/dev/null 2>&1 || continue; of= ;;
  esac
  echo "there $kind $name $of"
done`

const name = z.string().regex(/^[\w.-]+$/)

function parseFound({ stdout, stderr }: Reply): ComposeFound {
  const [first = '', ...lines] = stdout.toString().trimEnd().split('\n')
  if (first === 'no docker' || first === 'no compose' || first === 'absent') return { kind: first }
  if (first.startsWith('podman ')) return { kind: 'podman', why: oneLine(first.slice('podman '.length)) }
  const failed =
    first === 'failed'
      ? lines
      : lines.includes('failed')
        ? lines.slice(lines.indexOf('failed') + 1)
        : undefined
  if (failed !== undefined) return { kind: 'failed', why: reasonOf(failed) }
  const [, project] = /^project (.+)$/.exec(first) ?? []
  if (project === undefined || lines.at(-1) !== 'end')
    throw new Error(
      oneLine(stderr.toString().trim().split('\n').at(-1) ?? '') || 'docker compose was not asked to the end',
    )
  const values = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
  const there = values('there').map((line) => line.split(' '))
  const isGone = ({ what, to }: ComposeEvent): boolean =>
    to === 'removed' &&
    /^(volume|image) /.test(what) &&
    !there.some(([kind, called]) => what === `${kind} ${called}`)
  return {
    kind: 'project',
    project: name.parse(project),
    services: values('service').filter((one) => one !== ''),
    containers: values('container').map(containerOf),
    events: eventsOf(values('says')).filter((one) => !isGone(one)),
    foreignVolumes: there.flatMap(([kind, called = '', of]) =>
      kind === 'volume' && of !== project ? [called] : [],
    ),
  }
}

function containerOf(line: string): ComposeContainer {
  const [called, state, service = '', folder = '', status = ''] = line.split('\t')
  return {
    name: name.parse(called),
    service,
    folder,
    running: state === 'running' || state === 'restarting' || state === 'paused',
    ended: status.startsWith('Exited (0)'),
  }
}

const oneLine = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 400)

/** The last line that is not about what would be done. */
const reasonOf = (lines: readonly string[]): string =>
  oneLine(
    lines
      .findLast((line) => line.trim() !== '' && !/^ *DRY-RUN MODE - (?!.*Error)/.test(line))
      ?.replace(/^time="[^"]*" level=\w+ msg=/, '') ?? 'no reason given',
  )
