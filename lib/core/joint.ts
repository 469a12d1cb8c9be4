/** A step as a part of a script that makes several steps of its kind, such as files that are written. */
export interface JointStep {
  /** The script for all of them. Steps with the same `join` are of one kind. */
  readonly join: (steps: readonly JointStep[]) => string
}

/**
 * Defines a kind of steps that one script makes quicker than one script each.
 *
 * The script makes them in order, each whole or not at all. When it fails it prints how many are done, and the engine makes the
 * others by their own scripts: so it need not explain anything, and may give up where a case is rare.
 *
 * @param script makes POSIX sh of two to fifty parts. It is not shown in `ps` on the host.
 * @returns makes the `joint` of a step from its part
 *
 * @example
 * const touched = defineJoint<string>((files) => sh`set -e; touch -- ${files}`)
 * const step = (path: string): ShellStep => ({ script: sh`touch -- ${path}`, joint: touched(path) })
 */
export function defineJoint<Part>(script: (parts: readonly Part[]) => string): (part: Part) => JointStep {
  const parts = new WeakMap<JointStep, Part>()
  const join = (steps: readonly JointStep[]): string =>
    script(
      steps.map((step) => {
        const part = parts.get(step)
        if (part === undefined) throw new TypeError('this step is of another kind')
        return part
      }),
    )
  return (part) => {
    const step = { join }
    parts.set(step, part)
    return step
  }
}
