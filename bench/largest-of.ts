import { readFileSync } from 'node:fs'

/** What the processes that another one started came to together, at most. */
export interface Largest {
  readonly children: number
  readonly childrenMb: number
}

/** Looks at the children of a process until it has ended. @returns what was seen */
export function largestOf(pid: number): () => Largest {
  let [children, kb] = [0, 0]
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  const look = (): void => {
    const pids = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean)
    const sizes = pids.map((one) => Number(/^RssAnon:\s+(\d+)/m.exec(read(`/proc/${one}/status`))?.[1] ?? 0))
    children = Math.max(children, pids.length)
    kb = Math.max(
      kb,
      sizes.reduce((sum, size) => sum + size, 0),
    )
  }
  const timer = setInterval(look, 100)
  return () => {
    clearInterval(timer)
    return { children, childrenMb: Math.round(kb / 1000) }
  }
}
