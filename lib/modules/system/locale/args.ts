import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'

const shape = {
  /** Name of the locale, such as `de_DE.UTF-8` or `de_DE@euro`. */
  name: z
    .string()
    .regex(
      /^[A-Za-z]\w*(\.[A-Za-z0-9][\w-]*)?(@[A-Za-z]\w*)?$/,
      'must be the name of a locale, such as de_DE.UTF-8',
    )
    .refine((name) => !/^(C|POSIX)(\.|@|$)/.test(name), 'is part of every system'),
  /** `absent` removes the locale. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
}

export interface LocaleArgs extends ArgsOf<typeof shape> {}

export const args = z.strictObject(shape)

/** One spelling of a name, as `locale -a` has it: `de_DE.utf8`. */
export function plainName(name: string): string {
  const [, base = name, charset = '', modifier = ''] = /^([^.@]*)(?:\.([^@]*))?(@.*)?$/.exec(name) ?? []
  const plain = charset.toLowerCase().replace(/[^a-z0-9]/g, '')
  return `${base}${plain === '' ? '' : `.${plain}`}${modifier}`
}
