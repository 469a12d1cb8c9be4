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
export { SEARCH_PATH } from '../pgbackrest/search-path.ts'
export { identifier, literal, textArray } from './sql.ts'
export { type PostgresTarget, type ServerAddress, postgresTarget, serverName } from './target.ts'
export * from '../pgbackrest/modules/index.ts'
export { stanzas } from '../pgbackrest/modules/shared/stanzas.ts'
export { type RepositoryArgs, readRepository } from '../pgbackrest/modules/read-repository.ts'
export {
  type Archive,
  CHECKED_NUMBERS,
  type Backup,
  type BackupWindow,
  type Candidate,
  type Choice,
  type Reach,
  type Range,
  type RecoverableWindow,
  type Repository,
  type Switch,
  type Target,
  type Truth,
  type Unusable,
  type WindowEnd,
  chooseRepository,
  parseRepository,
  reach,
  recoverableWindow,
  type Link as WalLink,
  type Segment as WalSegment,
} from '../pgbackrest/index.ts'
