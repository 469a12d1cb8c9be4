import { plainMessage } from './plain-message.ts'

/** One thing that is wrong with a value. Zod adds the rest. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  readonly code?: string | undefined
  readonly keys?: readonly string[] | undefined
  /** Of a value that is of the wrong type. */
  readonly expected?: string | undefined
  /** Of a value that has to be one of them. */
  readonly values?: readonly unknown[] | undefined
  /** Of a key of a record. */
  readonly issues?: readonly SchemaIssue[] | undefined
  /** Of a union: what each of its members has to say. */
  readonly errors?: readonly (readonly SchemaIssue[])[] | undefined
}

/** `a.0.b`: where in the value an issue is. */
export const issuePath = ({ path = [] }: SchemaIssue): string =>
  path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')

/** `path: what is wrong`. */
export function describeIssue(issue: SchemaIssue): string {
  const path = issuePath(issue)
  return path === '' ? issue.message : `${path}: ${issue.message}`
}

/** The issues of Zod in plain English, those of keys and of members of unions too. */
export const plainIssues = (issues: readonly SchemaIssue[]): readonly SchemaIssue[] =>
  issues.flatMap(innerIssues).map((issue) => ({ ...issue, message: plainMessage(issue.message) }))

/** What Zod knows of an issue and does not say: what is wrong with a key, and with which member of a union. */
export function innerIssues(issue: SchemaIssue): readonly SchemaIssue[] {
  const { code, path = [], issues = [], errors = [] } = issue
  const below = (one: SchemaIssue): SchemaIssue => ({ ...one, path: [...path, ...(one.path ?? [])] })
  if (code === 'invalid_key' && issues[0] !== undefined) return [{ ...issue, message: issues[0].message }]
  if (code !== 'invalid_union' || errors.length === 0) return [issue]
  const members = errors.map((member) => member.flatMap(innerIssues))
  // The member that was meant is the one whose type is right.
  const meant = members.find((member) => !member.some(isOtherType))
  if (meant !== undefined) return meant.map(below)
  const expected = members.flatMap((member) => member.filter(isOtherType).flatMap(expectation))
  return [{ ...issue, message: `Invalid input: expected ${[...new Set(expected)].join(' or ')}` }]
}

// A check of one's own, such as of a secret, says what the value has to be.
const isOtherType = ({ code, path = [], message }: SchemaIssue): boolean =>
  path.length === 0 &&
  (code === 'invalid_type' ||
    code === 'invalid_value' ||
    code === 'invalid_union' ||
    (code === 'custom' && /^must be an? /.test(message)))

function expectation({ expected, values, message }: SchemaIssue): string[] {
  if (values !== undefined) return values.map((value) => JSON.stringify(value))
  if (expected !== undefined) return [expected]
  return [message.replace(/^(?:Invalid input: expected|must be) /, '')]
}
