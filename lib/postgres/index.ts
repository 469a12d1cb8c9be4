/** What knows PostgreSQL and pgBackRest: `import { postgresRole } from 'run-playbook/postgres'`. */
export * from './modules/index.ts'
export { postgres, sql } from './channel.ts'
export {
  type ServerPart,
  postgresServers,
  serverPart,
  serverThing,
  servedBy,
  wholeServer,
} from './resources.ts'
export {
  type ServerReader,
  type ServerReaderOptions,
  type ThingReader,
  type ThingReaderOptions,
  serverReader,
  thingReader,
} from './modules/shared/server-reader.ts'
export { identifier, literal, textArray } from './sql.ts'
export { type PostgresTarget, type ServerAddress, postgresTarget, serverName } from './target.ts'
export * from '../pgbackrest/modules/index.ts'
export { stanzas } from '../pgbackrest/modules/shared/stanzas.ts'
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
