import type { Targets } from '../lab/lab.ts'
import type { Phase } from '../tools/tool.ts'
import { judge } from '../work/judge.ts'
import { DRIFTS, after, before, drifted } from '../work/states.ts'
import { SET, type Work } from '../work/tasks.ts'
import { writeTree } from '../work/tree.ts'

/** The hosts, as the tools find them in each phase and have to leave them. */
export class Stage {
  readonly #works: readonly Work[]
  readonly #targets: Targets

  constructor(works: readonly Work[], targets: Targets) {
    this.#works = works
    this.#targets = targets
  }

  /** Brings all hosts into the state in which a phase begins. */
  set(phase: Phase): void {
    const { hosts, user } = this.#targets
    for (const { name, folder } of hosts) {
      const tree = after(this.#works, name)
      const state = { 'first run': before(this.#works), 'no-op': tree, 'dry run': drifted(tree) }[phase]
      writeTree(folder, state, user.uid)
    }
  }

  /**
   * What is wrong after a tool has run: on the hosts, or in what it says.
   *
   * @param changes how many tasks it says that it changed or would change; undefined where it does not say it
   */
  verdict(phase: Phase, changes: number | undefined): string | undefined {
    const wrong = this.#targets.hosts.flatMap(({ name, folder }) => {
      const tree = after(this.#works, name)
      return judge(folder, phase === 'dry run' ? drifted(tree) : tree).map((text) => `${name}: ${text}`)
    })
    if (wrong.length > 0) return wrong.slice(0, 5).join('; ')
    const expected = this.#changes(phase) * this.#targets.hosts.length
    if (changes === undefined || changes === expected) return undefined
    return `it says that ${changes} tasks made changes, not ${expected}`
  }

  /** How many tasks of a host have something to change. */
  #changes(phase: Phase): number {
    const changing = this.#works.filter(({ kind }) => kind !== 'check' && kind !== 'package').length
    return { 'first run': changing, 'no-op': 0, 'dry run': (DRIFTS * this.#works.length) / SET }[phase]
  }
}
