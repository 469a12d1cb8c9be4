import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { UnreachableError, UserError } from '../../../lib/core/errors.ts'
import { type Question, ask } from '../../../lib/core/probe.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { queryReader } from '../../../lib/postgres/modules/query/reader.ts'
import { slotReader } from '../../../lib/postgres/modules/slot/reader.ts'
import { type PostgresChannel, createPostgresChannel, sql } from '../../../lib/postgres/channel.ts'
import type { ChannelQuestion } from '../../../lib/core/reader.ts'
import type { PostgresTarget } from '../../../lib/postgres/target.ts'
import { localConnection } from './support/connection.ts'
import { type TestServer, startServer } from './support/server.ts'

describe('the channel to PostgreSQL', function () {
  let server: TestServer
  let connection: ReturnType<typeof localConnection>
  let channel: PostgresChannel
  before(async function () {
    this.timeout(300_000)
    server = await startServer()
  })
  after(() => server?.remove())
  beforeEach(() => {
    connection = localConnection()
    channel = createPostgresChannel(connection)
  })
  afterEach(() => channel.close())

  const query = (sql: string, on: object = {}) =>
    ask(queryReader, sql, { ...server.target, ...on }).questions[0] as ChannelQuestion<PostgresTarget>
  const slot = () => slotReader.ask(server.target, 'none').questions[0] as ChannelQuestion<PostgresTarget>
  const answer = async (question: ChannelQuestion<PostgresTarget>) =>
    (await channel.ask([question])).get(question)
  const failure = async (question: ChannelQuestion<PostgresTarget>) => {
    const error = await answer(question)
    assert(error instanceof Error)
    return error as UserError
  }

  it('asks everything in one round trip, after three to log in', async () => {
    const questions = [query('SELECT 1 AS one'), query('SELECT 2 AS two -- comment'), slot()]
    const answers = await channel.ask(questions)
    assert.deepEqual([...answers.values()], [[{ one: 1 }], [{ two: 2 }], null])
    assert.equal(connection.roundTrips, 4)
    await channel.ask(questions)
    assert.equal(connection.roundTrips, 5)
  })

  it('takes more questions than a function has arguments', async () => {
    const questions = Array.from({ length: 250 }, (_, i) => query(`SELECT ${i} AS i`))
    const answers = await channel.ask(questions)
    assert.deepEqual(answers.get(questions[249] as Question), [{ i: 249 }])
    assert.equal(connection.roundTrips, 4)
  })

  it('lets a question that fails fail alone', async () => {
    const [good, bad, other] = [query('SELECT 1 AS a'), query('SELECT nonsense'), slot()]
    const answers = await channel.ask([good, bad, other])
    assert.deepEqual(answers.get(good), [{ a: 1 }])
    assert.equal(answers.get(other), null)
    const error = answers.get(bad) as UserError
    assert.equal(error.code, 'E_POSTGRES_QUERY')
    assert.match(error.message, /column "nonsense" does not exist/)
  })

  it('reads only', async () => {
    await channel.run(sql('CREATE SEQUENCE public.counter', server.target))
    assert.match((await failure(query("SELECT nextval('public.counter')"))).message, /read-only transaction/)
    assert.match((await failure(query('DELETE FROM pg_class RETURNING 1'))).message, /syntax error/)
    const reply = await channel.run(sql("SELECT nextval('public.counter') AS n", server.target))
    assert.equal(reply.stdout.toString(), '[{"n":"1"}]')
  })

  it('tells what the server refuses in its own words', async () => {
    const reply = await channel.run(sql('CREATE ROLE postgres', server.target))
    assert.equal(reply.code, 1)
    assert.equal(reply.stderr.toString(), 'ERROR:  role "postgres" already exists\nSQLSTATE 42710')
    assert.equal((await channel.run(sql('SELECT 1', server.target))).code, 0)
  })

  it('lets the server itself end a statement after its time, and only that one', async () => {
    const slow = await channel.run({ ...sql('SELECT pg_sleep(600)', server.target), timeoutMs: 200 })
    assert.equal(slow.code, 1)
    assert.match(slow.stderr.toString(), /canceling statement due to statement timeout/)
    // No transaction of its own: such a statement must be alone in its message.
    const create = { ...sql('CREATE DATABASE timed', server.target), timeoutMs: 500_000 }
    assert.equal((await channel.run(create)).code, 0)
    const now = await channel.run(sql("SELECT current_setting('statement_timeout') AS now", server.target))
    assert.equal(now.stdout.toString(), '[{"now":"10min"}]')
    assert.equal((await channel.run(sql('DROP DATABASE timed', server.target))).code, 0)
  })

  it('says that a password is wrong, and whose', async () => {
    const error = await failure(query('SELECT 1', { password: new Secret('postgres', 'not the password') }))
    assert.equal(error.code, 'E_POSTGRES_AUTH')
    assert.match(error.message, /refuses the password of "postgres": «secret postgres» isn't the server's/)
    assert.match(error.hint ?? '', /secrets.age/)
    assert.equal(
      (await failure(query('SELECT 1', { password: new Secret('postgres', '') }))).code,
      'E_POSTGRES_AUTH',
    )
    assert.deepEqual(await answer(query('SELECT 1 AS a')), [{ a: 1 }], 'the right one still works')
  })

  it('takes nothing from the environment', async () => {
    const before = { ...process.env }
    const wrong = {
      PGHOST: 'nowhere',
      PGPORT: '1',
      PGUSER: 'nobody',
      PGPASSWORD: 'wrong',
      PGDATABASE: 'none',
    }
    Object.assign(process.env, wrong, {
      PGSSLMODE: 'require',
      PGOPTIONS: '-c log_statement=x',
      PGAPPNAME: 'other',
    })
    try {
      const seen = await answer(
        query("SELECT current_user::text AS me, current_setting('application_name') AS app"),
      )
      assert.deepEqual(seen, [{ me: 'postgres', app: 'run-playbook' }])
    } finally {
      process.env = before
    }
  })

  it('says that nobody listens', async () => {
    const error = await failure(query('SELECT 1', { port: 1 }))
    assert.equal(error.code, 'E_POSTGRES_UNREACHABLE')
    assert.match(error.message, /127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/)
    const reply = await channel.run(sql('SELECT 1', { ...server.target, port: 1 }))
    assert.equal(reply.code, 2)
    assert.match(reply.stderr.toString(), /cannot be reached/)
  })

  it('says so as well when it is the transport that found out', async () => {
    const refused = new UserError('E_FORWARD_FAILED', 'no way to 10.88.0.11:5432: Connection refused')
    const none = createPostgresChannel({
      countRoundTrip: () => undefined,
      forward: () => Promise.reject(refused),
    })
    const question = query('SELECT 1')
    const error = (await none.ask([question])).get(question) as UserError
    assert.equal(error.code, 'E_POSTGRES_UNREACHABLE')
    assert.match(error.message, /Connection refused/)
  })

  it('says that a server is starting', async () => {
    // What a server sends that is not ready: there is no holding a real one in that state.
    const starting = createPostgresChannel({
      countRoundTrip: () => undefined,
      forward: () => Promise.resolve(answering('FATAL', '57P03', 'the database system is starting up')),
    })
    const question = query('SELECT 1')
    const error = (await starting.ask([question])).get(question) as UserError
    assert.equal(error.code, 'E_POSTGRES_STARTING')
    assert.match(error.message, /starting up/)
  })

  it('answers "not there" for what is in a database that is not there', async () => {
    const question = slotReader.ask({ ...server.target, database: 'none' }, 'x')
      .questions[0] as ChannelQuestion<PostgresTarget>
    assert.equal(await answer(question), null)
  })

  it('comes back after a restart, whether it saw it or not', async () => {
    const question = query('SELECT 1 AS a')
    await answer(question)
    server.restart()
    assert.deepEqual(await answer(question), [{ a: 1 }])
    server.restart()
    // Time to hear of it: from here on the session knows that it is gone.
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal((await channel.run(sql('SELECT 1', server.target))).code, 0)
    server.stop()
    assert.equal((await failure(question)).code, 'E_POSTGRES_UNREACHABLE')
    server.start()
    assert.deepEqual(await answer(question), [{ a: 1 }])
  })

  it('survives the end of its session in the middle of a statement', async () => {
    const reply = await channel.run(sql('SELECT pg_terminate_backend(pg_backend_pid())', server.target))
    assert.equal(reply.code, 2)
    assert.match(reply.stderr.toString(), /terminating connection/)
    assert.equal((await channel.run(sql('SELECT 1', server.target))).code, 0)
  })

  it('passes on that the host is lost', async () => {
    const lost = new UnreachableError('E_LOST', 'the connection to node-a is lost')
    const gone = createPostgresChannel({
      countRoundTrip: () => undefined,
      forward: () => Promise.reject(lost),
    })
    await assert.rejects(gone.ask([query('SELECT 1')]), lost)
    await assert.rejects(gone.run(sql('SELECT 1', server.target)), lost)
  })
})

function answering(severity: string, code: string, message: string): Duplex {
  const fields = Buffer.from(`S${severity}\0V${severity}\0C${code}\0M${message}\0\0`)
  const length = Buffer.alloc(4)
  length.writeInt32BE(fields.length + 4)
  const stream: Duplex = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      stream.push(Buffer.concat([Buffer.from('E'), length, fields]))
      stream.push(null)
      done()
    },
  })
  return stream
}
