import type { Reader } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { askable, setOperands, unaskable } from './operand.ts'

/** More are not counted. */
export const MANY = 10_000

/** How many things lie below a directory, up to one more than {@link MANY}; 0 where there is no directory. */
export const entries: Reader<number> = {
  name: 'entries',
  ask: (keys) => `${setOperands(keys)}\n${SCRIPT}`,
  parse: (reply, keys) => {
    const counts = reply.stdout.toString().split('\n').filter(Boolean).map(Number)
    let next = 0
    return keys.map((path) => {
      if (!askable(path)) return unaskable(path)
      return counts[next++] ?? new Error(`${path}: its entries were not counted`)
    })
  },
  sees: (path) => [paths.below(path)],
}

// find prints the directory itself too.
const SCRIPT = `for path do
  if [ -d "$path" ] && [ ! -L "$path" ]; then
    echo $(($(find "$path" 2>/dev/null | head -n ${MANY + 2} | wc -l) - 1))
  else
    echo 0
  fi
done
exit 0`
