import { dirname, join, resolve } from 'node:path'

/**
 * Where the secrets and images of an environment lie. A run with an ssh config of its own keeps them beside that file,
 * so that the lab and production, which share an inventory, never share a password.
 */
export function findStateDir(
  inventory: string,
  sshConfig: string | undefined,
  env: NodeJS.ProcessEnv,
): string {
  if (env['RUN_PLAYBOOK_STATE']) return resolve(env['RUN_PLAYBOOK_STATE'])
  return join(dirname(resolve(sshConfig ?? inventory)), '.run-playbook')
}
