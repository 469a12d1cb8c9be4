import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import type { DataFileArgs } from '../../../../lib/modules/index.ts'
import type { Behaviour } from './behaviours.ts'

type Args = Omit<DataFileArgs, 'path'>

export const behaviour = (
  text: string | undefined,
  args: Args,
  becomes: string | undefined,
): Behaviour<Args> => ({ text, args, becomes, ansible: { differs: 'Ansible has no module for this' } })

/** A file with this text is refused: the error names it, and it stays as it is. */
export async function assertRefused(
  path: string,
  text: string,
  edit: () => Promise<unknown>,
  message: RegExp,
): Promise<void> {
  writeFileSync(path, text)
  await assert.rejects(
    edit,
    (error: Error) => error.message.startsWith(`${path}: `) && message.test(error.message),
  )
  assert.equal(readFileSync(path, 'utf8'), text)
}
