import * as z from '../../../core/lazy-zod.ts'
import { parseKeys } from './key.ts'

/** One or several public keys, each on a line. */
export const publicKey = z.string().superRefine((text, context) => {
  try {
    parseKeys(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
  }
})
