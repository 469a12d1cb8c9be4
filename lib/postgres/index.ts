export { type PostgresChannel, createPostgresChannel } from './channel.ts'
export { identifier, literal } from './sql.ts'
export { isVerifierOf, scramVerifier } from './scram.ts'
