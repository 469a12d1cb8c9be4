import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { assertFolder } from '../../shared/parent-folders.ts'
import { assertSafe } from '../../shared/safe-path.ts'
import type { Compose } from './args.ts'
import type { ComposeFound } from './reader.ts'
import { refusal } from './refusal.ts'
import type { ComposeState } from './state.ts'

type Project = Extract<ComposeFound, { kind: 'project' }>

export function planCompose(given: Compose, state: ComposeState): Plan {
  const project = projectOf(given, state)
  const changes = [...changesOf(given, project), ...always(given)]
  if (changes.length > 0) {
    refuseForeign(given, project)
    return { changes }
  }
  const running = project.containers.filter((one) => one.running).length
  return { changes, because: `${project.project}: ${running} of ${project.containers.length} containers run` }
}

/** What is left to do afterwards. A program that ends by itself need not run any more. */
export const leftOfCompose = (given: Compose, state: ComposeState): readonly Change[] => {
  const project = projectOf(given, state)
  const ended = new Set(project.containers.flatMap((one) => (one.ended ? [`container ${one.name}`] : [])))
  return changesOf(given, project).filter(({ what, to }) => to !== 'started' || !ended.has(what))
}

function changesOf({ state, services }: Compose, project: Project): Change[] {
  if (state !== 'stopped') return [...project.events]
  const wanted = services ?? project.services
  const known = new Set(project.events.map(({ what }) => what))
  const running = project.containers.filter(
    (one) => one.running && wanted.includes(one.service) && !known.has(`container ${one.name}`),
  )
  return [...project.events, ...running.map((one) => ({ what: `container ${one.name}`, to: 'stopped' }))]
}

const always = ({ pull, build, recreate }: Compose): Change[] => [
  ...(pull === 'always' ? [{ what: 'images', to: 'pulled' }] : []),
  ...(build === 'always' ? [{ what: 'images', to: 'built' }] : []),
  ...(recreate === 'always' ? [{ what: 'containers', to: 'recreated' }] : []),
]

/** Docker compose tells projects by their name alone: one of the same name would lose its containers. */
function refuseForeign({ folder, adopt = false }: Compose, found: Project): void {
  const { project, containers, foreignVolumes } = found
  if (!adopt && foreignVolumes.length > 0)
    throw new UserError(
      'E_FOREIGN_VOLUME',
      `volumes of the project ${project} were not made for it: ${foreignVolumes.join(', ')}`,
      { hint: 'Declare them as external, or set `adopt: true` to remove them with their data.' },
    )
  const others = adopt ? [] : containers.filter((one) => one.folder !== folder)
  const [first] = others
  if (first === undefined) return
  throw new UserError(
    'E_FOREIGN_CONTAINER',
    `the project ${project} has containers that were made from ${first.folder || 'no folder'}: ${namesOf(others)}`,
    { hint: 'Give this project another name, or set `adopt: true` to take over what exists.' },
  )
}

/** @throws UserError where docker compose does not say what it would do */
function projectOf(given: Compose, { found, here, above, access }: ComposeState): Project {
  const { folder, definition } = given
  if (definition === undefined) {
    assertFolder(folder, here)
    assertSafe(`${folder}/x`, [...above, { path: folder, stat: here }], access, 'read')
  }
  if (found.kind !== 'project') throw refusal(folder, found)
  refuseOrphans(given, found)
  return found
}

/** Their networks would stay, and `absent` would have something to do again. */
function refuseOrphans(
  { state, services, removeOrphans = false }: Compose,
  { project, containers, services: known }: Project,
): void {
  const orphans = containers.filter((one) => !known.includes(one.service))
  if (state !== 'absent' || services !== undefined || removeOrphans || orphans.length === 0) return
  throw new UserError(
    'E_COMPOSE',
    `the project ${project} has containers of services that its compose file does not have: ${namesOf(orphans)}`,
    { hint: 'Set removeOrphans: true to remove them too, or name their profiles.' },
  )
}

const namesOf = (containers: Project['containers']): string => containers.map(({ name }) => name).join(', ')
