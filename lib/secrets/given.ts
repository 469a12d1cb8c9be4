import { UserError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import { variableOf } from './names.ts'

/** The values that the environment gives. */
export class Given {
  readonly #env: NodeJS.ProcessEnv
  readonly #known = new Map<string, Secret>()

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /** @throws UserError E_SECRETS_EMPTY */
  find(name: string): Secret | undefined {
    const variable = variableOf(name)
    const value = this.#env[variable]
    if (value === undefined) return undefined
    if (value === '') {
      // Were it ignored, a CI job that lost its secret would quietly make up a new one.
      throw new UserError('E_SECRETS_EMPTY', `${variable} is set but empty`, {
        hint: 'Give it a value, or unset it to use the stored secret.',
      })
    }
    const secret = this.#known.get(name) ?? new Secret(name, value)
    this.#known.set(name, secret)
    return secret
  }
}
