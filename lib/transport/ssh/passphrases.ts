import { type Secret, reveal } from '../../core/secret.ts'

/**
 * Asks the operator for a secret on the terminal, without echo.
 * @param prompt such as `Passphrase of /home/me/.ssh/id_ed25519: `
 * @returns undefined when nothing was typed
 */
export type AskSecret = (prompt: string) => Promise<Secret | undefined>

/** As often a wrong passphrase may be typed, as with ssh. */
const TRIES = 3

/** The passphrases and passwords of a run: each is asked for once, whatever the number of hosts, and one at a time. */
export class Passphrases {
  readonly #ask: AskSecret | undefined
  readonly #answers = new Map<string, Promise<unknown>>()
  #turn: Promise<unknown> = Promise.resolve()
  #noPassword = false

  /** @param ask undefined where there is no terminal */
  constructor(ask: AskSecret | undefined) {
    this.#ask = ask
  }

  /** Whether there is a terminal to ask on. */
  get canAsk(): boolean {
    return this.#ask !== undefined
  }

  /**
   * What `open` makes of the passphrase of a key.
   *
   * @param file the key's, which stands in the question
   * @param open undefined for a passphrase that is wrong
   * @returns undefined when there is nobody to ask, or no right answer
   */
  async unlock<T>(file: string, open: (passphrase: string) => T | undefined): Promise<T | undefined> {
    const known = this.#answers.get(file) as Promise<T | undefined> | undefined
    if (known !== undefined) return known
    const answer = this.#inTurn(async () => {
      for (let tries = 0; tries < TRIES; tries++) {
        const again = tries === 0 ? '' : 'Wrong passphrase. '
        const secret = await this.#ask?.(`${again}Passphrase of ${file}: `)
        const passphrase = secret === undefined ? '' : reveal(secret)
        if (passphrase === '') return undefined
        const opened = open(passphrase)
        if (opened !== undefined) return opened
      }
      return undefined
    })
    this.#answers.set(file, answer)
    return answer
  }

  /** The answer was wrong: the next one who needs it asks again. */
  forget(file: string): void {
    this.#answers.delete(file)
  }

  /**
   * Asks for a password, once a run for each question. Where nothing is typed, no further one is asked for.
   * @param question such as `me@host's password: `
   */
  async password(question: string): Promise<Secret | undefined> {
    const known = this.#answers.get(question) as Promise<Secret | undefined> | undefined
    if (known !== undefined) return known
    const answer = this.#inTurn(async () => {
      const typed = this.#noPassword ? undefined : await this.#ask?.(question)
      this.#noPassword ||= typed === undefined || reveal(typed) === ''
      return typed
    })
    this.#answers.set(question, answer)
    return answer
  }

  /** Asks for something that is not known by a name, such as a PIN. */
  async ask(prompt: string): Promise<Secret | undefined> {
    return this.#inTurn(async () => this.#ask?.(prompt))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }
}
