import { UserError } from '../../../../core/errors.ts'

/** The text is not what its name says. */
export const notValid = (format: 'JSON' | 'YAML', line: number, column: number, why: string): UserError =>
  new UserError(
    'E_BAD_DATA_FILE',
    `the file is not valid ${format}, line ${line}, column ${column}: ${why}`,
    {
      hint: 'Correct the file. It stays as it is.',
    },
  )

/** Runs an edit; data that is nested so deeply that the edit cannot follow it is an error like any other. */
export function withinDepth<T>(format: 'JSON' | 'YAML', edit: () => T): T {
  try {
    return edit()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UserError('E_BAD_DATA_FILE', `the file is ${format} that is nested too deeply`, {
      cause: error,
      hint: 'Write the file with copy().',
    })
  }
}
