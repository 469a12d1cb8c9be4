import { type Resource, overlaps } from '../../core/resource.ts'
import type { Planned } from './change.ts'

/**
 * What verifies the tasks of a segment: of the changes, and of those that were found in order on a prediction. A task that may
 * alter it waits until they are verified.
 */
export class Watched {
  private readonly seen = new Map<string, Resource>()

  add({ verdict }: Planned): void {
    if (verdict.kind !== 'change' && !(verdict.kind === 'ok' && verdict.view.predicted)) return
    for (const { reader, key } of verdict.view.probe.questions)
      for (const one of reader.sees(key))
        this.seen.set(`${one.kind} ${one.tree} ${one.shared} ${one.name}`, one)
  }

  isAlteredBy(touches: readonly Resource[]): boolean {
    for (const one of this.seen.values()) if (touches.some((touch) => overlaps(touch, one))) return true
    return false
  }
}
