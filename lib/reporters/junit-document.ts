import type { RunEvent } from '../core/events.ts'
import { type Case, notBegunCase, notRunCase, problemCase, taskCase, unreachableCase } from './junit-cases.ts'
import { createMemory } from './memory.ts'
import { clean } from './text.ts'
import { type Rendered, type XmlElement, element, rendered, xmlDocument } from './xml.ts'

/** A JUnit document that grows: a suite a host, a case a task. Well formed and true whenever it is asked for. */
export interface JunitDocument {
  readonly see: (event: RunEvent) => void
  readonly text: () => string
}

const NOT_ENDED = { code: 'E_NOT_ENDED', message: 'the run has not come to its end' }
const INTERRUPTED = { code: 'E_INTERRUPTED', message: 'the run was interrupted' }

/**
 * @param check what the caller knows of the mode; the run's own word counts otherwise
 * @param readEarly it may be read before the run begins, and is to say then already that the run has not come to its end
 */
export function createJunitDocument(check?: boolean, readEarly = false): JunitDocument {
  const memory = createMemory(check)
  const suites = new Map<string, Suite>()
  /** The hosts that a play was stopped before, as long as none of its tasks is named. */
  const notBegun = new Map<string, Map<string, string>>()
  let playbook = 'run-playbook'
  let wrong: { readonly code: string; readonly message: string } | undefined = readEarly
    ? NOT_ENDED
    : undefined

  const suiteOf = (host: string): Suite => {
    const suite = suites.get(host) ?? createSuite()
    suites.set(host, suite)
    return suite
  }

  const see = (event: RunEvent): void => {
    memory.see(event)
    switch (event.type) {
      case 'run':
        playbook = event.playbook
        wrong = NOT_ENDED
        return event.hosts.forEach((host) => void suiteOf(host))
      case 'task':
        return suiteOf(event.host).add(taskCase(event, memory))
      case 'unreachable':
        return suiteOf(event.host).add(unreachableCase(event, memory))
      case 'not-run':
        return suiteOf(event.host).add(notRunCase(event), event.play)
      case 'play-stopped':
        return void notBegun.set(event.play, new Map(event.hosts.map((host) => [host, event.because])))
      case 'recap':
        wrong = event.error ?? (event.exitCode === 130 ? INTERRUPTED : undefined)
        return
      default:
        return
    }
  }

  const text = (): string => {
    const stopped = [...notBegun].flatMap(([play, hosts]) =>
      [...hosts]
        .filter(([host]) => !suiteOf(host).names(play))
        .map(([host, because]) => ({ host, one: notBegunCase(play, because) })),
    )
    const own = createSuite()
    if (wrong !== undefined) own.add(problemCase('run-playbook', clean(playbook), wrong))
    const all = [...suites].map(([host, suite]) =>
      suite.element(
        host,
        stopped.flatMap((each) => (each.host === host ? [each.one] : [])),
      ),
    )
    const filled = [...all, own.element('run-playbook', [])].filter(({ children }) => children.length > 0)
    return xmlDocument(element('testsuites', { name: clean(playbook) }, filled))
  }

  return { see, text }
}

/** The cases of one host. Each is rendered once, because the document is written again and again. */
interface Suite {
  /** @param play whose task was never begun */
  readonly add: (one: Case, play?: string) => void
  /** Whether tasks of the play are listed that were never begun. */
  readonly names: (play: string) => boolean
  readonly element: (host: string, more: readonly Case[]) => XmlElement
}

function createSuite(): Suite {
  const cases: (Rendered & Omit<Case, 'element'>)[] = []
  const plays = new Set<string>()
  const render = ({ element: one, counts, seconds }: Case) => ({ ...rendered(one, '    '), counts, seconds })
  return {
    add: (one, play) => {
      cases.push(render(one))
      if (play !== undefined) plays.add(play)
    },
    names: (play) => plays.has(play),
    element: (host, more) => {
      const all = [...cases, ...more.map(render)]
      const count = (kind: Case['counts']): number => all.filter(({ counts }) => counts === kind).length
      const numbers = { failures: count('failures'), errors: count('errors'), skipped: count('skipped') }
      const time = all.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3)
      return element('testsuite', { name: clean(host), tests: all.length, ...numbers, time }, all)
    },
  }
}
