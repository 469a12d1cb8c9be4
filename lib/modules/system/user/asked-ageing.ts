import type { PasswordAgeing } from '../shared/ageing.ts'
import type { UserArgs } from './args.ts'

/** What the task says of the age of a password. */
export const askedAgeing = (args: UserArgs): Partial<PasswordAgeing> => ({
  ...(args.passwordExpireMin === undefined ? {} : { min: args.passwordExpireMin }),
  ...(args.passwordExpireMax === undefined ? {} : { max: args.passwordExpireMax }),
  ...(args.passwordExpireWarn === undefined ? {} : { warn: args.passwordExpireWarn }),
})

export const asksAgeing = (args: UserArgs): boolean => Object.keys(askedAgeing(args)).length > 0
