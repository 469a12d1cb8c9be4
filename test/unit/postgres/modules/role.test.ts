import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { Secret, reveal, scrub } from '../../../../lib/core/secret.ts'
import { type PostgresRoleArgs, postgresRole } from '../../../../lib/postgres/modules/role/module.ts'
import { isVerifierOf } from '../../../../lib/postgres/scram.ts'
import { sql } from '../../../../lib/postgres/channel.ts'
import { identifier, literal } from '../../../../lib/postgres/sql.ts'
import { converge, look } from '../support/converge.ts'
import { type Shared, shared } from '../support/shared.ts'

// What people type, and what SASLprep maps, drops, forbids or reads from right to left.
const typed = fc.constantFrom(
  ...'aZ1 $%\'"\\\n\u00fc\u00df\u0416\u03a9\u4e2d\u3042\uac00\u05d0\u05d1\u0627\u{1f510}',
)
const prone = fc.constantFrom(
  ...'\u00ad\u00a0\u200b\u2003\u2168\u01c4\u0301\ufb01\uff21\u2028\ufeff\ufe0f\u0007\ue000\ufdd0',
)

describe('postgres_role', function () {
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })

  const role = (args: Omit<PostgresRoleArgs, 'on'>) =>
    postgresRole('a role', { on: here.server.target, ...args })
  const make = (args: Omit<PostgresRoleArgs, 'on'>) => converge(here.channel, role(args))
  const query = async (text: string) => {
    const reply = await here.channel.run(sql(text, here.server.target))
    assert.equal(reply.code, 0, reply.stderr.toString())
    return reply.stdout.toString()
  }
  const secret = (value: string) => new Secret('a password', value)

  /** Logs in as libpq does it. @returns what psql says, or undefined when it got in */
  function login(name: string, password: string): string | undefined {
    const { host, port } = here.server.target
    const args = ['-XAtqw', '-h', host, '-p', String(port), '-U', name, '-d', 'postgres', '-c', 'SELECT 1']
    const run = spawnSync('psql', args, {
      env: { PATH: process.env['PATH'], PGPASSWORD: password, LC_ALL: 'C.UTF-8' },
    })
    return run.status === 0 ? undefined : run.stderr.toString()
  }

  it('is made with all that it is given, and nothing is left to do', async () => {
    await make({ name: 'readers', login: false })
    await make({
      name: 'everything',
      password: secret('a long password'),
      replication: true,
      createdb: true,
      createrole: true,
      inherit: false,
      bypassrls: true,
      connectionLimit: 3,
      validUntil: '2100-01-01T00:00:00+02:00',
      memberOf: ['readers', 'pg_monitor'],
      executes: ['pg_ls_dir(text, boolean, boolean)', 'pg_read_binary_file(text)'],
      settings: {
        search_path: ['app', 'user', '$user', 'a, "b"'],
        work_mem: '8MB',
        timezone: 'UTC',
        jit: false,
      },
      comment: "it's\n\\everything",
    })
    assert.equal(login('everything', 'a long password'), undefined)
    const paths = await query(`SELECT setconfig::text AS c FROM pg_db_role_setting`)
    assert.match(paths, /search_path=app, \W+user\W+, \W+\$user\W+/)
  })

  it('mends what drifted and leaves alone what it was not asked for', async () => {
    await make({ name: 'drifter', connectionLimit: 5, memberOf: ['readers'], settings: { work_mem: '8MB' } })
    await query(`ALTER ROLE drifter NOLOGIN CREATEDB CONNECTION LIMIT 9; REVOKE readers FROM drifter;
      GRANT pg_monitor TO drifter; ALTER ROLE drifter SET work_mem = '1MB'; ALTER ROLE drifter SET jit = off`)
    assert.deepEqual(
      await make({
        name: 'drifter',
        connectionLimit: 5,
        memberOf: ['readers'],
        settings: { work_mem: '8MB' },
      }),
      [
        { what: 'login', from: false, to: true },
        { what: 'connectionLimit', from: 9, to: 5 },
        { what: 'memberOf', from: ['pg_monitor'], to: ['readers'] },
        { what: 'work_mem', from: '1MB', to: '8MB' },
      ],
    )
    assert.deepEqual(await make({ name: 'drifter', settings: { jit: null } }), [
      { what: 'jit', from: 'off', to: 'not set' },
    ])
    assert.deepEqual(await make({ name: 'drifter', createdb: true }), [])
  })

  it('changes a password only when it is another', async () => {
    const password = secret('first password')
    await make({ name: 'keeper', password })
    assert.deepEqual(await make({ name: 'keeper', password: secret('first password') }), [])
    const other = secret('second password')
    const changes = await make({ name: 'keeper', password: other })
    assert.deepEqual(changes, [{ what: 'password', from: 'another', to: other }])
    assert.equal(login('keeper', 'second password'), undefined)
    assert.match(login('keeper', 'first password') ?? '', /password authentication failed/)
  })

  it('replaces an md5 hash', async () => {
    await query(
      `SET password_encryption = md5; CREATE ROLE old LOGIN PASSWORD 'same password'; RESET password_encryption`,
    )
    const password = secret('same password')
    assert.deepEqual(await make({ name: 'old', password }), [{ what: 'password', from: 'md5', to: password }])
    assert.equal(login('old', 'same password'), undefined)
  })

  it('accepts a verifier that the server made itself', async () => {
    await query(`CREATE ROLE native LOGIN PASSWORD 'pass\u00adword \u2168'`)
    assert.deepEqual(await make({ name: 'native', password: secret('pass\u00adword \u2168') }), [])
    assert.deepEqual(await make({ name: 'native', password: secret('password IX') }), [])
  })

  it('copes with names and passwords of any kind', async () => {
    for (const odd of [
      `q"uo'te`,
      'back\\slash',
      'ünï ⟦☃⟧',
      'two\nlines',
      '$$; DROP ROLE postgres; --',
      '%I %s',
      '/**',
    ]) {
      await make({ name: odd, password: secret(`${odd}${odd}`), comment: odd, memberOf: ['readers'] })
      assert.equal(login(odd, `${odd}${odd}`), undefined, odd)
      await make({ name: odd, memberOf: [] })
      await make({ name: odd, state: 'absent' })
    }
  })

  it('makes a verifier with which any password logs in', async function () {
    const text = fc.string({ unit: typed, minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(text, async (password) => {
        await make({ name: 'any', password: secret(password) })
        assert.equal(login('any', password), undefined)
      }),
      { numRuns: 10 },
    )
  })

  it('hashes every password as the server does', async function () {
    const text = fc.string({ unit: fc.oneof(typed, prone), minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(text, async (password) => {
        await query(`DROP ROLE IF EXISTS oracle; CREATE ROLE oracle PASSWORD ${literal(password)}`)
        const answer = await query(`SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = 'oracle'`)
        const [row] = JSON.parse(answer) as { verifier: string }[]
        assert(isVerifierOf(row?.verifier ?? '', password), JSON.stringify(password))
      }),
      { numRuns: 60 },
    )
  })

  it('never sends a password, and keeps verifiers out of the log and of what is printed', async () => {
    const password = secret('plain text of it')
    const task = role({ name: 'quiet', password })
    const { state, plan } = await look(here.channel, task)
    const steps = task.module.apply(task.args, state)
    const statements = steps.map((step) => ('text' in step ? step.text : ''))
    assert(statements.some((statement) => statement.includes('SCRAM-SHA-256$')))
    assert(!scrub(statements.join()).includes('SCRAM-SHA-256$'))
    assert(!`${JSON.stringify(plan)}${JSON.stringify(state)}`.includes('SCRAM-SHA-256$'))
    await converge(here.channel, task)
    assert.deepEqual(await query(`SHOW log_statement`), '[{"log_statement":"all"}]')

    const log = here.server.log()
    assert.match(log, /statement: SET TRANSACTION READ ONLY/, 'statements are logged')
    for (const leak of [
      'plain text of it',
      'a long password',
      'second password',
      reveal(here.server.target.password),
    ]) {
      assert(!log.includes(leak), leak)
    }
    const own = log.split('\n').filter((line) => line.includes('SCRAM-SHA-256$'))
    assert.deepEqual(own, [])
  })

  it('may execute functions, and says when there is no such function', async () => {
    const executes = ['pg_ls_dir(text,boolean,boolean)', 'pg_stat_file(text,boolean)']
    const changes = await make({ name: 'rewind', executes })
    assert.deepEqual(
      changes.slice(-2),
      executes.map((to) => ({ what: 'executes', from: 'refused', to })),
    )
    await query(`REVOKE EXECUTE ON FUNCTION pg_ls_dir(text,boolean,boolean) FROM rewind`)
    assert.deepEqual(await make({ name: 'rewind', executes }), [
      { what: 'executes', from: 'refused', to: 'pg_ls_dir(text,boolean,boolean)' },
    ])
    await assert.rejects(make({ name: 'rewind', executes: ['nothing(text)'] }), /no function nothing\(text\)/)
  })

  it('is dropped, but not while it owns something', async () => {
    await make({ name: 'owner' })
    await query('CREATE TABLE public.owned (); ALTER TABLE public.owned OWNER TO owner')
    const reply = await here.channel.run(sql(`DROP ROLE ${identifier('owner')}`, here.server.target))
    assert.match(reply.stderr.toString(), /DETAIL: {2}owner of table public\.owned/)
    await query('DROP TABLE public.owned')
    assert.deepEqual(await make({ name: 'owner', state: 'absent' }), [
      { what: 'role', from: 'present', to: 'absent' },
    ])
  })

  it('is refused before anything is asked when its arguments are wrong', () => {
    assert.throws(() => role({ name: 'x'.repeat(64) }), /63 bytes/)
    assert.throws(
      () => role({ name: 'x', executes: ['f; DROP TABLE t'] }),
      /function with its argument types/,
    )
    assert.throws(() => role({ name: 'x', settings: { 'a b': 1 } }), /settings.a b/)
    assert.throws(() => role({ name: 'x', password: 'plain' as unknown as Secret }), /must be a secret/)
  })
})
