import { type Module, defineModule } from '../../../core/module.ts'
import type { Resource } from '../../../core/resource.ts'
import { images } from '../shared/kinds.ts'
import type { ImageArgs } from './args.ts'
import { type Image, args, load } from './image.ts'
import { type ImageState, probe } from './state.ts'
import { plan } from './plan.ts'
import { apply } from './apply.ts'

/**
 * Manages an image: pulls it from a registry, loads it from an archive, or builds it from a directory. If an image of this
 * name exists that run-playbook did not build, `build` is an error (E_FOREIGN_IMAGE), unless the task has `adopt: true`.
 *
 * @dryRun Asks the Docker engine of the host, and no registry: an image that is there is ok, and with `pull: 'always'` it would
 * change each time. An archive and the directory of a build are read on your machine and compared. An image from an archive is
 * foretold; one that would be pulled or built is not, so a `docker` task that uses it is unknown.
 *
 * @example
 * docker.image('image', { name: 'postgres:16-alpine' })
 * docker.image('image', { name: 'web:1', archive: new URL('../web.tar.gz', import.meta.url) })
 * docker.image('image', { name: 'web:1', build: { context: 'docker/web' } })
 */
export const image: Module<ImageArgs, ImageState> = defineModule({
  name: 'docker_image',
  args,
  load,
  probe,
  plan,
  apply,
  touches,
  // Only pulling tells whether the registry has something newer, and then there is nothing left to do.
  verify: (args, _before, after) =>
    args.source.kind === 'pull' && args.state === 'present' && after.image ? [] : plan(args, after).changes,
})

function touches({ name, source }: Image, state: ImageState | undefined): Resource[] {
  const before = state?.image
  // An image without a name left goes, and a container may ask for it by its id.
  if (source.kind !== 'archive') {
    return [name, ...(before ? [before.id] : [])].map((one) => images.at(one))
  }
  // What an archive holds that could not be read is not known.
  if (source.archive.known === undefined) return [images.all]
  const { image, sets } = source.archive.known
  return [name, image.id, ...sets].map((one) => images.at(one))
}
