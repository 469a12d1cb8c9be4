import { defineFileEdit, fileEditArgs, z } from 'run-playbook'

/** A file that holds one line. Its folder must exist. */
export const line = defineFileEdit({
  name: 'line',
  args: z.strictObject({
    ...fileEditArgs,
    /** Make the file if it is missing. @default true */
    create: z.boolean().default(true),
    /** The line, without its end. */
    text: z.string().regex(/^[^\r\n]*$/, 'must be one line'),
  }),
  edit: (_, { text }) => `${text}\n`,
})
