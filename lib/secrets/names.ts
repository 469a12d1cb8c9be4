import { UserError } from '../core/errors.ts'

/**
 * Refuses a name that could not be written as an environment variable too.
 * @throws UserError E_SECRETS_NAME
 */
export function checkName(name: string): void {
  if (/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(name)) return
  throw new UserError('E_SECRETS_NAME', `${JSON.stringify(name)} is not a name for a secret`, {
    hint: 'Use lower case words joined by dots or dashes, such as postgres.replication.',
  })
}

/**
 * The environment variable that brings one's own value.
 *
 * @example
 * variableOf('postgres.replication-user') // 'RUN_PLAYBOOK_SECRET_POSTGRES_REPLICATION_USER'
 */
export function variableOf(name: string): string {
  return `RUN_PLAYBOOK_SECRET_${name.toUpperCase().replaceAll(/[.-]/g, '_')}`
}
