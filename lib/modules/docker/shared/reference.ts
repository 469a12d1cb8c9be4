import type { DockerImage } from './inspect.ts'

/** A reference as Docker prints it: `docker.io/library/postgres` is `postgres:latest`. Ids stay as they are. */
export function familiar(reference: string): string {
  if (/^sha256:[0-9a-f]+$/.test(reference)) return reference
  const short = reference.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '')
  const [repository = '', digest] = short.split('@')
  // A colon before the last slash belongs to the registry's port, not to a tag.
  const tag = /:([^/]*)$/.exec(repository)
  if (digest !== undefined) return `${tag ? repository.slice(0, tag.index) : repository}@${digest}`
  return tag ? short : `${short}:latest`
}

/** Whether the image goes by this reference or id. */
export function isCalled(image: DockerImage, reference: string): boolean {
  const name = familiar(reference)
  return image.id === name || image.tags.includes(name) || image.digests.includes(name)
}
