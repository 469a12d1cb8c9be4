import type { DockerContainer } from '../shared/reader.ts'
import type { ContainerMount } from './args.ts'

/** Whether a mount's source is a path of the host, not the name of a volume. */
export const isPath = (source: string): boolean => source.startsWith('/')

/** For `--mount`, which unlike `-v` refuses a path that is not there instead of making a folder of it. */
export function mountFlag({ source, target, readOnly }: ContainerMount): string {
  const fields = [`type=${isPath(source) ? 'bind' : 'volume'}`, `source=${source}`, `target=${target}`]
  // Docker reads one line of CSV.
  return [...fields, ...(readOnly ? ['readonly'] : [])]
    .map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',')
}

export const canonicalMount = ({ source, target, readOnly = false }: ContainerMount): string =>
  `${source}:${target}${readOnly ? ':ro' : ''}`

/** Mounts that were asked for with `--mount` or with `-v`; not the anonymous ones that the image brings. */
export function mountsOf({ host }: DockerContainer): ContainerMount[] {
  const old = host.Binds.map((bind) => {
    const [source = '', target = '', options = ''] = bind.split(':')
    return { source, target, readOnly: options.split(',').includes('ro') }
  })
  return [
    ...old,
    ...host.Mounts.map((one) => ({ source: one.Source, target: one.Target, readOnly: one.ReadOnly })),
  ]
}

export function observedMounts(container: DockerContainer): string[] {
  return mountsOf(container).map(canonicalMount).sort()
}
