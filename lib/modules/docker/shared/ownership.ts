import * as z from '../../../core/lazy-zod.ts'
import { UserError } from '../../../core/errors.ts'
import type { DockerContainer, DockerImage } from './inspect.ts'
import { familiar } from './reference.ts'

/**
 * On every container of ours; holds the names of the options that were asked for, so that one that is taken away later
 * is noticed. No image has it: a container inherits the labels of its image.
 */
export const SPEC_LABEL = 'run-playbook.spec'

/** On every network and volume of ours, and on containers that a script of ours starts. */
export const OURS_LABEL = 'run-playbook.ours'

/** Records on a built image what it was built from. */
export const CONTEXT_LABEL = 'run-playbook.context'

/** The name that an image was built under: an image that is made from it inherits its labels, and has another name. */
export const BUILT_AS_LABEL = 'run-playbook.built-as'

type Labels = Readonly<Record<string, string>>

/** The flags of `docker network create` and `docker volume create` that make the thing ours. */
export const oursFlags: readonly string[] = ['--label', `${OURS_LABEL}=yes`]

/** Whether this library made the network or the volume. */
export const hasOurLabel = (labels: Labels): boolean => Object.hasOwn(labels, OURS_LABEL)

/** Whether this library made the container. */
export const isOurContainer = ({ config }: DockerContainer): boolean =>
  Object.hasOwn(config.Labels, SPEC_LABEL) || hasOurLabel(config.Labels)

/** Whether this library built the image under this name. Earlier versions did not write down the name. */
export function isBuiltHere({ labels }: DockerImage, name: string): boolean {
  const builtAs = labels[BUILT_AS_LABEL]
  return builtAs === undefined ? labels[CONTEXT_LABEL] !== undefined : builtAs === familiar(name)
}

/** Takes over what somebody else made under this name. @default false */
export const adopt = z.boolean().optional()

/** @throws UserError E_FOREIGN_CONTAINER for a container that this library did not make */
export function refuseForeignContainer(container: DockerContainer): void {
  if (isOurContainer(container)) return
  const { name, config, created } = container
  throw new UserError(
    'E_FOREIGN_CONTAINER',
    `the container ${name} was not made by run-playbook (image ${familiar(config.Image)}, created ${day(created)})`,
    { hint: HINT },
  )
}

/** @throws UserError E_FOREIGN_NETWORK or E_FOREIGN_VOLUME; `what` tells it from others */
export function refuseForeign(
  kind: 'network' | 'volume',
  { name, labels }: { readonly name: string; readonly labels: Labels },
  what: string,
): void {
  if (hasOurLabel(labels)) return
  throw new UserError(
    kind === 'network' ? 'E_FOREIGN_NETWORK' : 'E_FOREIGN_VOLUME',
    `the ${kind} ${name} was not made by run-playbook (${what})`,
    { hint: HINT },
  )
}

/** @throws UserError E_FOREIGN_IMAGE for an image that this library did not build under this name */
export function refuseForeignImage(image: DockerImage, name: string): void {
  if (isBuiltHere(image, name)) return
  throw new UserError(
    'E_FOREIGN_IMAGE',
    `the image ${familiar(name)} was not built by run-playbook (id ${image.id.replace(/^sha256:/, '').slice(0, 12)}), and building would replace it`,
    { hint: HINT },
  )
}

const HINT = 'Use another name in the task, or set `adopt: true` to take over what exists.'

/** `2026-11-22 20:17 UTC` from Docker's own form. */
export const day = (created: string): string => `${created.slice(0, 16).replace('T', ' ')} UTC`
