/** The modules for PostgreSQL and pgBackRest: `import { postgresRole } from 'run-playbook/postgres'`. */
export * from './modules/index.ts'
export type { PostgresTarget } from './target.ts'
export * from '../pgbackrest/modules/index.ts'
export { type RepositoryArgs, readRepository } from '../pgbackrest/modules/read-repository.ts'
export {
  type Backup,
  type Candidate,
  type Choice,
  type Reach,
  type RecoverableWindow,
  type Repository,
  type Target,
  chooseRepository,
  parseRepository,
  reach,
  recoverableWindow,
} from '../pgbackrest/index.ts'
