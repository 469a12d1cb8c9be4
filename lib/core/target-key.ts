import { messageOf } from './error-message.ts'
import { UserError } from './errors.ts'
import type { Question } from './reader.ts'

/** The text that tells the server of a question from others; none for a question to the shell. @throws UserError */
export function targetKeyOf(question: Question): string {
  const { channel } = question.reader
  if (channel === undefined) return ''
  if (question.on === undefined || question.on === null)
    throw badTarget(question, channel.name, 'it does not say which server to ask')
  try {
    return channel.targetKey(question.on as never)
  } catch (error) {
    throw badTarget(question, channel.name, `the channel cannot use its target: ${messageOf(error)}`)
  }
}

/** @throws UserError E_BAD_TARGET */
export const refuseNoTarget = (question: Question): void => void targetKeyOf(question)

const badTarget = ({ reader: { name } }: Question, channel: string, what: string): UserError =>
  new UserError('E_BAD_TARGET', `a question of the reader ${name} to the channel ${channel}: ${what}`, {
    hint: `In the module, give the target as the last argument: ask(${name}, key, target).`,
  })
