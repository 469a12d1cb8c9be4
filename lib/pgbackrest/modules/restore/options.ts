import { targetOptions } from './target.ts'
import type { Args } from './args.ts'

export function options({ target, action, timeline, set, archiveMode, repo }: Args): string[] {
  return [
    ...targetOptions(target),
    ...(action === undefined ? [] : [`--target-action=${action}`]),
    ...(timeline === undefined ? [] : [`--target-timeline=${timeline}`]),
    ...(set === undefined ? [] : [`--set=${set}`]),
    ...(archiveMode === undefined ? [] : [`--archive-mode=${archiveMode}`]),
    ...(repo === undefined ? [] : [`--repo=${repo}`]),
  ]
}

/** What the folder was restored by, on one line. */
export const order = (args: Args): string => [`--stanza=${args.stanza ?? 'main'}`, ...options(args)].join(' ')
