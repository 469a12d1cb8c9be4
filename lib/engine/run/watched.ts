import { type Resource, overlaps } from '../../core/resource.ts'
import type { Planned } from './change.ts'

/** What verifies the tasks of a segment: of the changes, and of those that were found in order on a prediction. */
export class Watched {
  private readonly seen = new Map<string, { readonly what: Resource; readonly by: Planned[] }>()

  add(planned: Planned): void {
    const { verdict } = planned
    if (verdict.kind !== 'change' && !(verdict.kind === 'ok' && verdict.view.predicted)) return
    for (const { reader, key } of verdict.view.probe.questions)
      for (const what of reader.sees(key)) {
        const id = `${what.kind} ${what.tree} ${what.shared} ${what.name}`
        const known = this.seen.get(id)
        if (known === undefined) this.seen.set(id, { what, by: [planned] })
        else if (known.by.at(-1) !== planned) known.by.push(planned)
      }
  }

  /** The tasks whose verification may be altered. */
  alteredBy(touches: readonly Resource[]): ReadonlySet<Planned> {
    const altered = new Set<Planned>()
    for (const { what, by } of this.seen.values())
      if (touches.some((touch) => overlaps(touch, what))) for (const one of by) altered.add(one)
    return altered
  }
}
