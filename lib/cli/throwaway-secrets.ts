import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Secret } from '../core/secret.ts'
import { open } from '../secrets/opened.ts'
import { placesIn } from '../secrets/places.ts'
import { SecretStore } from '../secrets/store.ts'

/** A store for a look at a playbook: it makes up what it is asked for, needs no key, and keeps nothing. */
class ThrowawayStore extends SecretStore {
  override get(name: string): Secret {
    return this.generate(name, () => randomBytes(16).toString('hex'))
  }

  override save(): Promise<void> {
    return Promise.resolve()
  }
}

export async function throwawaySecrets(): Promise<{
  readonly secrets: SecretStore
  readonly stateDir: string
}> {
  // There is no such folder, so that nothing is read.
  const stateDir = join(tmpdir(), `run-playbook-lint-${randomBytes(12).toString('hex')}`)
  const places = placesIn(stateDir, {}, stateDir)
  return { secrets: new ThrowawayStore(places, await open(places), () => new Date()), stateDir }
}
