import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSecrets } from '../../../lib/secrets/index.ts'

/** A fresh checkout, and people who work on it, each with a home of their own. */
export async function checkout() {
  const root = await mkdtemp(join(tmpdir(), 'secrets-'))
  const stateDir = join(root, 'state')
  const path = (name: string): string => join(stateDir, name)
  const identityOf = (who: string): string => join(root, who, '.config/run-playbook/identity.txt')
  return {
    root,
    stateDir,
    path,
    identityOf,
    openAs: (who: string, env: NodeJS.ProcessEnv = {}, now?: () => Date) =>
      openSecrets({ stateDir, env, home: join(root, who), now }),
    read: (name: string) => readFile(path(name), 'utf8'),
    privateKeyOf: async (who: string) =>
      /AGE-SECRET-KEY-\S+/.exec(await readFile(identityOf(who), 'utf8'))?.[0] ?? '',
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

export type Checkout = Awaited<ReturnType<typeof checkout>>
