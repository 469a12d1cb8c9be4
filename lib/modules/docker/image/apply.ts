import type { ShellStep } from '../../../core/module.ts'
import { sh } from '../../../core/sh.ts'
import type { Image } from './image.ts'
import type { ImageState } from './state.ts'
import { BUILT_AS_LABEL, CONTEXT_LABEL } from '../shared/ownership.ts'
import { familiar } from '../shared/reference.ts'

const HOUR = 3_600_000

export function apply({ name, state, source }: Image, { loaded }: ImageState): ShellStep[] {
  if (state === 'absent') return [{ script: sh`docker image rm ${name}` }]
  if (source.kind === 'pull') return [{ script: sh`docker pull --quiet ${name}`, timeoutMs: HOUR }]
  if (source.kind === 'build') {
    const { sha256, archive } = source.context.value
    const labels = [`${CONTEXT_LABEL}=${sha256}`, `${BUILT_AS_LABEL}=${familiar(name)}`]
    const flags = labels.flatMap((label) => ['--label', label])
    return [
      {
        script: sh`docker build --tag ${name} ${[...flags, ...source.flags]} -`,
        stdin: archive,
        timeoutMs: HOUR,
      },
    ]
  }
  const archive = source.archive.value
  if (loaded) return [{ script: sh`docker tag ${loaded.id} ${name}` }]
  return [
    { script: 'docker load --quiet', stdin: { file: archive.file }, timeoutMs: HOUR },
    ...(archive.loadedAs ? [{ script: sh`docker tag ${archive.loadedAs} ${name}` }] : []),
  ]
}
