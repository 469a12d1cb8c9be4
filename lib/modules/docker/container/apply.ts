import type { ShellStep } from '../../../core/module.ts'
import { raw, sh } from '../../../core/sh.ts'
import type { DockerContainer } from '../shared/reader.ts'
import type { AbsentContainer, PresentContainer } from './args.ts'
import { createWords, optionChanges, updateFlags } from './option-changes.ts'
import { mainNetwork } from './options.ts'
import { type ContainerState, condition, mustReplace, nextName, oldName } from './state.ts'

/** Every list may be cut short between any two commands: the next run finds its way from there. */
export function containerSteps(args: PresentContainer | AbsentContainer, state: ContainerState): ShellStep[] {
  if (args.state === 'absent') return removal(args, state)
  const { container } = state
  if (container === undefined && state.old === undefined) return creation(args, state)
  if (container === undefined || mustReplace(args, state)) return replacement(args, state)
  return mending(args, state, container)
}

function creation(args: PresentContainer, state: ContainerState): ShellStep[] {
  return [...removeNext(args, state), create(args, args.name), ...start(args)]
}

/**
 * The new container is made before the old one is stopped, so a bad option or an image that can't be pulled costs
 * nothing. Should the new one not start, the old one gets its name back and runs again.
 */
function replacement(args: PresentContainer, state: ContainerState): ShellStep[] {
  const { name } = args
  const [old, next] = [oldName(name), nextName(name)]
  const startOrGoBack = sh`docker start ${name} || {
  docker rm --force ${name}
  docker rename ${old} ${name} && docker start ${name}
  exit 1
}
`
  const swap = sh`set -e
${raw(stop(args, state.container ?? state.old))}docker rename ${name} ${old}
docker rename ${next} ${name}
${raw(args.state === 'stopped' ? '' : startOrGoBack)}docker rm ${old}`
  return [
    // Cut short between two renames, the name is free and the old one waits aside.
    ...(state.container ? removeOld(args, state) : [step(sh`docker rename ${old} ${name}`)]),
    ...removeNext(args, state),
    create(args, next),
    step(swap),
    ...(args.state === 'stopped' ? [] : [watch(name)]),
  ]
}

/** What Docker can change in place. */
function mending(args: PresentContainer, state: ContainerState, container: DockerContainer): ShellStep[] {
  const { name } = args
  const flags = updateFlags(args, optionChanges(args, container))
  const [now, wanted] = [condition(container), args.state ?? 'running']
  return [
    ...(flags.length > 0 ? [step(sh`docker update ${flags} ${name}`)] : []),
    ...networkSteps(args, container),
    ...(now === 'paused' && wanted === 'running' ? [step(sh`docker unpause ${name}`)] : []),
    ...(now === 'stopped' ? start(args) : []),
    ...(now !== 'stopped' && wanted === 'stopped' ? [step(stop(args, container))] : []),
    ...removeNext(args, state),
    ...removeOld(args, state),
  ]
}

function removal(args: AbsentContainer, state: ContainerState): ShellStep[] {
  const { container } = state
  return [
    ...removeNext(args, state),
    ...removeOld(args, state),
    ...(container ? [step(`${stop(args, container)}${sh`docker rm --force ${args.name}`}`)] : []),
  ]
}

function create(args: PresentContainer, as: string): ShellStep {
  const joins = (args.networks ?? []).map((network) => sh` &&\ndocker network connect ${network} ${as}`)
  return step(sh`docker create --name ${as} ${createWords(args)}${raw(joins.join(''))}`)
}

function start({ name, state }: PresentContainer): ShellStep[] {
  return state === 'stopped' ? [] : [step(sh`docker start ${name}`), watch(name)]
}

/**
 * A program that ends at once is an error here, while its last words can still be shown. Docker says that it runs as soon as it is
 * started: what refuses its configuration needs a moment for that.
 */
function watch(name: string): ShellStep {
  return step(sh`for moment in 0 0.25 0.25; do
  sleep $moment 2>/dev/null || sleep 1
  [ "$(docker container inspect --format '{{.State.Running}}' ${name})" != true ] || continue
  echo 'The container ended at once. Its last words:' >&2
  docker logs --tail 20 ${name} >&2
  exit 1
done`)
}

function networkSteps({ name, networks }: PresentContainer, container: DockerContainer): ShellStep[] {
  if (networks === undefined) return []
  const wanted = [mainNetwork(container), ...networks]
  const missing = networks.filter((one) => !container.networks.includes(one))
  const extra = container.networks.filter((one) => !wanted.includes(one))
  return [
    ...missing.map((one) => step(sh`docker network connect ${one} ${name}`)),
    ...extra.map((one) => step(sh`docker network disconnect ${one} ${name}`)),
  ]
}

interface Stoppable {
  readonly name: string
  readonly stopTimeout?: number | undefined
}

function stop({ name, stopTimeout }: Stoppable, container: DockerContainer | undefined): string {
  const now = condition(container)
  if (now === 'stopped' || now === 'absent') return ''
  const thaw = now === 'paused' ? sh`docker unpause ${name}\n` : ''
  // Without a time the container's own counts.
  const time = stopTimeout === undefined ? [] : ['-t', stopTimeout]
  return `${thaw}${sh`docker stop ${[...time, name]}\n`}`
}

function removeNext({ name }: { readonly name: string }, { next }: ContainerState): ShellStep[] {
  return next ? [step(sh`docker rm --force ${nextName(name)}`)] : []
}

/** With the policy `always` a restarted Docker has started it again, so it gets its time to end. */
function removeOld({ name }: { readonly name: string }, { old }: ContainerState): ShellStep[] {
  return old ? [step(sh`docker stop ${oldName(name)} && docker rm ${oldName(name)}`)] : []
}

// Half an hour: an image may have to be pulled first, and a database may take its time to end.
const step = (script: string): ShellStep => ({ script: script.trimEnd(), timeoutMs: 1_800_000 })
