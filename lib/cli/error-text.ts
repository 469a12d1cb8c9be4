import { placeOfArguments, placesOfFault } from '../core/call-site.ts'
import { isSchemaError, messageOf } from '../core/error-message.ts'
import { UserError } from '../core/errors.ts'
import type { ErrorReport } from '../core/events.ts'
import { cleanBlock } from '../reporters/index.ts'

const OURS = 'This looks like a fault in run-playbook itself. Please report it.'

/**
 * An error as it is printed. What it quotes may come from a host or from code of the user's: it is made harmless, and
 * secrets in it are masked.
 */
export function errorText(error: unknown): string {
  const { code, message, hint, at, fault } = partsOf(error)
  const lines = [`run-playbook: ${message}`]
  if (at !== undefined) lines.push(`  at ${at}`)
  if (hint !== undefined) lines.push(`  ${hint}`)
  lines.push(fault ? OURS : `  ${code}`)
  return `${cleanBlock(lines.join('\n'))}\n`
}

/** The same as data, for the last line of `--output json` and for reports. */
export function errorReport(error: unknown): ErrorReport {
  const { code, message, hint, at, fault } = partsOf(error)
  return {
    code,
    message: at === undefined ? message : `${message} (at ${at})`,
    ...(fault ? { hint: OURS } : hint !== undefined && { hint }),
  }
}

interface Parts {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly at?: string | undefined
  /** Nobody foresaw it. */
  readonly fault: boolean
}

function partsOf(error: unknown): Parts {
  if (!(error instanceof Error)) return { code: 'E_FAILED', message: String(error), fault: false }
  if (isSchemaError(error))
    return { code: 'E_BAD_ARGUMENT', message: messageOf(error), at: placeOfArguments(error), fault: false }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // One of a second copy of this library, in the user's node_modules, is no instance of our class.
  const [place] = placesOfFault(error)
  if (!(error instanceof UserError) && !/^E_[A-Z_]+$/.test(code))
    return place !== undefined
      ? { code: 'E_UNEXPECTED', message: `${place} threw: ${messageOf(error)}`, fault: false }
      : { code: 'E_BUG', message: error.stack ?? error.message, fault: true }
  const text = (name: 'hint' | 'at'): string | undefined => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' ? value : undefined
  }
  return { code, message: error.message, hint: text('hint'), at: text('at'), fault: false }
}
