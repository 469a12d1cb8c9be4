import { createHash } from 'node:crypto'
import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, known, predict } from '../../../core/probe.ts'
import { Secret, isSecret, reveal } from '../../../core/secret.ts'
import { type DebconfArgs, answerOf, args } from './args.ts'
import { DATABASE, type DebconfAnswers, OMITTED, debconfAnswers, debconfHash } from './reader.ts'

/** What debconf has for a question. */
export interface DebconfState {
  /** Of all questions of the package. Undefined where the host has no debconf. */
  readonly answers: DebconfAnswers | undefined
  /** The SHA-256 of the answer, for one that is secret. */
  readonly hash: string | undefined
}

/**
 * The answer to a question of debconf, so that a package that is installed later does not ask it. A package that is installed already
 * takes it over with `dpkg-reconfigure`, in a command that `notify` names.
 *
 * As in Ansible, an answer is compared with the one that debconf shows. Unlike in Ansible, a password is a secret, is compared by its hash,
 * and so is changed only if it differs; it never shows in `ps` or in the output; the order of the choices of a `multiselect` does not matter;
 * the type is `type`; and a host without debconf is an error in the dry run too. To read answers, use `debconf-show` in a `command` with
 * `changes: false`.
 *
 * @dryRun Asks `debconf-show` for the answers of the package, and of a secret only the hash. Shows the old and the new answer,
 * `«secret»` for a secret. Later tasks see the new answer; after a secret whose type is not `password`, other questions of the
 * package are unknown.
 *
 * @throws UserError E_NO_DEBCONF
 *
 * @example
 * return [
 *   debconf('mail', { name: 'postfix', question: 'postfix/main_mailer_type', type: 'select', value: 'Internet Site' }),
 *   packages('mail', { names: ['postfix'] }),
 * ]
 *
 * @example
 * const password = new Secret('slapd', 'from the secret store')
 * return debconf('password', { name: 'slapd', question: 'slapd/password1', type: 'password', value: password })
 */
export const debconf: Module<DebconfArgs, DebconfState> = defineModule<
  DebconfArgs,
  DebconfArgs,
  DebconfState
>({
  name: 'debconf',
  args,
  ansible: { pkg: 'name', setting: 'question', selection: 'question', vtype: 'type', answer: 'value' },
  probe,
  plan,
  apply: (given): ShellStep[] => {
    const { name, question, type, unseen = false } = given
    const answer = answerOf(given)
    const line = `${name} ${question} ${type} ${reveal(answer)}\n`
    return [
      {
        script: `DEBIAN_FRONTEND=noninteractive debconf-set-selections${unseen ? ' -u' : ''}`,
        stdin: isSecret(answer) ? new Secret(answer.name, line) : line,
        explains: true,
      },
    ]
  },
  touches: () => [DATABASE],
  keeps: ({ name, question }) => {
    // Packages may have a question in common.
    const hasIt = (answer: unknown): boolean =>
      typeof answer === 'object' && answer !== null && Object.hasOwn(answer, question)
    return ({ reader, key }, answer) =>
      (reader === debconfAnswers && key !== name && !hasIt(answer)) ||
      (reader === debconfHash && key !== question)
  },
})

function probe(given: DebconfArgs): Probe<DebconfState> {
  const { name, question, value } = given
  return askAll<DebconfState>({
    answers: ask(debconfAnswers, name),
    hash: isSecret(value) ? ask(debconfHash, question) : known(undefined),
  })
}

const hashOf = (secret: Secret): string => createHash('sha256').update(reveal(secret)).digest('hex')

function plan(given: DebconfArgs, { answers, hash }: DebconfState): Plan {
  const { name, question, type } = given
  if (answers === undefined)
    throw new UserError('E_NO_DEBCONF', 'the host has no debconf', {
      hint: 'Only Debian, Ubuntu and what is made of them have it: give the task a when.',
    })
  const answer = answerOf(given)
  const before = Object.hasOwn(answers, question) ? answers[question] : undefined
  if (isSecret(answer)) {
    assertOneLine(question, answer)
    const wanted = hashOf(answer)
    if (before !== undefined && hash === wanted) return { changes: [], because: 'already this secret' }
    const shown = type === 'password' ? OMITTED : undefined
    return {
      changes: [{ what: question, from: before === undefined ? 'absent' : '«secret»', to: '«secret»' }],
      leaves: [
        predict(debconfHash, question, wanted),
        ...(shown === undefined ? [] : [predict(debconfAnswers, name, { ...answers, [question]: shown })]),
      ],
    }
  }
  if (before !== undefined && isSame(type, before, answer))
    return { changes: [], because: `already ${answer}` }
  return {
    changes: [{ what: question, from: before ?? 'absent', to: answer }],
    leaves: [predict(debconfAnswers, name, { ...answers, [question]: answer })],
  }
}

function isSame(type: DebconfArgs['type'], one: string, other: string): boolean {
  if (type === 'boolean') return one.toLowerCase() === other
  return type === 'multiselect' ? choices(one) === choices(other) : one === other
}

const choices = (text: string): string =>
  text
    .split(',')
    .map((choice) => choice.trim())
    .toSorted()
    .join(', ')

function assertOneLine(question: string, secret: Secret): void {
  const text = reveal(secret)
  if (/[\0\n\r]/.test(text) || text.trim() !== text)
    throw new UserError(
      'E_BAD_ARGUMENT',
      `the secret for ${question} is not one line, or begins or ends with a space`,
    )
}
