import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Phase } from '../tools/tool.ts'

/** Where something is measured. */
export interface Cell {
  readonly tasks: number
  readonly hosts: number
  readonly delayMs: number
}

/** What one tool took in one cell: a number for each round. */
export interface Row extends Cell {
  readonly phase: Phase
  readonly tool: string
  readonly wallS: readonly number[]
  readonly cpuS: readonly number[]
  /** Why the numbers do not count: what the judge found, or how the tool ended. */
  readonly wrong?: string | undefined
  /** It was ended after so many seconds, and its numbers do not count. */
  readonly longerThan?: number | undefined
}

/** Whether its numbers count. */
export const isGood = ({ wrong, longerThan }: Row): boolean => wrong === undefined && longerThan === undefined

/** A start of a program that does nothing. */
export interface Start {
  readonly program: string
  readonly wallS: readonly number[]
  readonly cpuS: readonly number[]
}

/** A dry run against a fleet that answers at once. */
export interface ManyHosts {
  readonly hosts: number
  readonly tasks: number
  readonly seconds: number
  readonly cpuS: number
  readonly mb: number
}

/** What the screen of a run costs while it goes on. */
export interface ScreenCost {
  readonly hosts: number
  /** Tasks that end in a second, on all hosts together. */
  readonly tasksASecond: number
  /** Of a processor core. */
  readonly percent: number
}

export interface Results {
  /** When the bench began. */
  readonly at: string
  /** Of the source. */
  readonly commit: string
  readonly node: string
  readonly cores: number
  readonly processor: string
  readonly delayedBy: 'netem' | 'proxy'
  readonly versions: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
  readonly starts: readonly Start[]
  readonly manyHosts: readonly ManyHosts[]
  readonly screen?: ScreenCost | undefined
}

export const RESULTS = 'bench/results/run.json'

export const readResults = (): Results | undefined =>
  existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Results) : undefined

export function writeResults(results: Results): void {
  mkdirSync(dirname(RESULTS), { recursive: true })
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 1)}\n`)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}
