import { plainControl } from './control.ts'

/** What a rule is found by. */
export interface Identity {
  readonly type: string
  readonly control: string
  readonly modulePath: string
}

/** A rule as a file has it, with the spaces between its words. */
export interface Rule extends Identity {
  readonly arguments: readonly string[]
  /** Before the type, the control, the path and the first argument, and what comes after the last word: a comment. */
  readonly gaps: readonly [string, string, string, string, string]
}

/** Lines that PAM reads as one: all but the last end in a backslash. */
export interface Entry {
  readonly lines: readonly string[]
  /** Undefined for comments, empty lines, `@include` and what PAM would not take. */
  readonly rule: Rule | undefined
  /** It is a comment or empty. */
  readonly isEmpty: boolean
}

const TYPE = '-?(?:auth|account|password|session)'
const WORD = String.raw`\[(?:\\.|[^\\\]])*\]|\S+`
const RULE = new RegExp(`^(\\s*)(${TYPE})(\\s+)(${WORD})(\\s+)(\\S+)(?:(\\s+)(\\S.*?))?(\\s*)$`, 'is')

export function entriesOf(lines: readonly string[]): Entry[] {
  const entries: Entry[] = []
  let open: string[] = []
  for (const [at, line] of lines.entries()) {
    open.push(line)
    if (continues(line) && at < lines.length - 1) continue
    entries.push(entryOf(open))
    open = []
  }
  return entries
}

// A comment goes to the end of its line.
const continues = (line: string): boolean => /^[^#]*\\[ \t]*$/.test(line)

function entryOf(lines: readonly string[]): Entry {
  const text =
    lines.length === 1 ? lines.join() : lines.map((line) => line.replace(/\\[ \t]*$/, '').trim()).join(' ')
  return { lines, rule: ruleOf(text), isEmpty: /^\s*(#|$)/.test(text) }
}

function ruleOf(text: string): Rule | undefined {
  const sign = text.indexOf('#')
  const body = sign < 0 ? text : text.slice(0, sign)
  const [, indent = '', type, first = '', control = '', second = '', modulePath = '', third, words, tail] =
    RULE.exec(body) ?? []
  if (type === undefined) return undefined
  return {
    type,
    control,
    modulePath,
    arguments: words?.match(new RegExp(WORD, 'gs')) ?? [],
    gaps: [indent, first, second, third ?? ' ', sign < 0 ? '' : (tail ?? '') + text.slice(sign)],
  }
}

export const isSame = (one: Identity, other: Identity): boolean =>
  one.type.toLowerCase() === other.type.toLowerCase() &&
  plainControl(one.control) === plainControl(other.control) &&
  one.modulePath === other.modulePath

/** The entry with another rule; the same entry where the rule says the same. */
export function withRule(entry: Entry, changed: Partial<Omit<Rule, 'gaps'>>): Entry {
  if (entry.rule === undefined) return entry
  const rule = { ...entry.rule, ...changed }
  const same = isSame(rule, entry.rule) && rule.arguments.join('\n') === entry.rule.arguments.join('\n')
  return same ? entry : { ...entry, rule, lines: [textOf(rule)] }
}

/** A new rule, written like the one beside it. */
export function newEntry(identity: Identity, given: readonly string[], beside: Rule): Entry {
  const [indent, first, second] = beside.gaps
  const rule: Rule = { ...identity, arguments: given, gaps: [indent, first, second, ' ', ''] }
  return { lines: [textOf(rule)], rule, isEmpty: false }
}

function textOf({ type, control, modulePath, arguments: given, gaps }: Rule): string {
  const [indent, first, second, third, tail] = gaps
  const words = given.length === 0 ? '' : third + given.join(' ')
  return indent + type + first + control + second + modulePath + words + tail
}
