import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import type { UserError } from '../../../lib/core/errors.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { createPostgresChannel, sql } from '../../../lib/postgres/channel.ts'
import { localConnection } from './support/connection.ts'
import { type Ask, authentication, falseServer, ready, sasl } from './support/false-server.ts'

const PASSWORD = 'the password of a superuser'

describe('a server in the place of PostgreSQL', () => {
  /** Logs in and sends a statement. What the server has heard, and how it ended. */
  async function meet(ask: Ask) {
    const server = await falseServer(ask)
    const channel = createPostgresChannel(localConnection())
    const on = { host: '127.0.0.1', port: server.port, password: new Secret('postgres', PASSWORD) }
    try {
      const { code, stderr } = await channel.run(sql("ALTER ROLE x PASSWORD 'y'", on))
      return { code, said: stderr.toString(), heard: server.heard() }
    } finally {
      await channel.close()
      await server.close()
    }
  }

  /** Neither the password nor anything made of it, nor a statement. */
  function learnedNothing({ heard }: { heard: Buffer }, salt = Buffer.alloc(0)): void {
    const md5 = (text: string | Buffer) => createHash('md5').update(text).digest('hex')
    assert(!heard.includes(PASSWORD), 'the password was sent')
    assert(!heard.includes('md5'), 'a hash of the password was sent')
    assert(!heard.includes(md5(Buffer.concat([Buffer.from(md5(`${PASSWORD}postgres`)), salt]))))
    assert(!heard.includes('p='), 'a proof of the password was sent')
    assert(!heard.includes('ALTER ROLE'), 'a statement was sent')
  }

  const withoutPassword: Record<string, [Ask, RegExp]> = {
    'asks for a clear-text password': [() => [authentication(3)], /asks for the password in clear text/],
    'asks for an MD5 hash': [() => [authentication(5, Buffer.from('salt'))], /asks for an MD5 hash/],
    'lets everybody in': [() => [authentication(0), ready()], /without a password \(trust\)/],
    'says that it is ready, and nothing else': [() => [ready()], /does not prove/],
    'knows an older SCRAM only': [() => [sasl('SCRAM-SHA-1')], /Only mechanism\(s\) SCRAM-SHA-256/],
    'asks for Kerberos': [() => [authentication(7)], /Unknown authenticationOk message type 7/],
    'asks for SCRAM, and then for a clear-text password': [
      (nth) => (nth === 0 ? [sasl('SCRAM-SHA-256')] : [authentication(3)]),
      /asks for the password in clear text/,
    ],
    'asks for a clear-text password, and for SCRAM with it': [
      () => [authentication(3), sasl('SCRAM-SHA-256')],
      /asks for the password in clear text/,
    ],
    'asks for one iteration': [first(1), /iteration count of 1,/],
    'says that we are in before it has proved anything': [
      (nth) => (nth === 0 ? [sasl('SCRAM-SHA-256')] : [authentication(0), ready()]),
      /does not prove/,
    ],
  }
  for (const [what, [ask, why]] of Object.entries(withoutPassword)) {
    it(`learns nothing when it ${what}`, async () => {
      const met = await meet(ask)
      assert.equal(met.code, 2)
      assert.match(met.said, why)
      learnedNothing(met, Buffer.from('salt'))
    })
  }

  const withoutProof: Record<string, (heard: Buffer) => Buffer[]> = {
    'leaves its signature out': () => [authentication(0), ready()],
    'makes a signature up': () => [
      authentication(12, Buffer.from(`v=${Buffer.alloc(32).toString('base64')}`)),
      authentication(0),
      ready(),
    ],
    'signs with another password': (heard) => [
      authentication(12, Buffer.from(`v=${signature('another', heard)}`)),
      authentication(0),
      ready(),
    ],
  }
  for (const [what, end] of Object.entries(withoutProof)) {
    it(`gets no statement when it does SCRAM and ${what}`, async () => {
      const met = await meet((nth, heard) => (nth < 2 ? first(4096)(nth, heard) : end(heard)))
      assert.equal(met.code, 2)
      assert.match(met.said, /is not trusted as PostgreSQL.*(does not prove|server signature does not match)/)
      assert(!met.heard.includes(PASSWORD))
      assert(!met.heard.includes('ALTER ROLE'), 'a statement was sent')
    })
  }

  it('is believed when it knows the password', async () => {
    const met = await meet((nth, heard) => {
      if (nth < 2) return first(4096)(nth, heard)
      return nth === 2
        ? [authentication(12, Buffer.from(`v=${signature(PASSWORD, heard)}`)), authentication(0), ready()]
        : []
    }).catch((error: UserError) => error)
    assert(
      'heard' in met && met.heard.includes('ALTER ROLE'),
      'the false server itself is as good as a real one',
    )
  })
})

const SALT = Buffer.from('0123456789abcdef').toString('base64')

/** Begins SCRAM with this number of iterations. */
function first(iterations: number): Ask {
  return (nth, heard) => {
    if (nth === 0) return [sasl('SCRAM-SHA-256')]
    const nonce = /r=([^,\0]+)/.exec(heard.toString('latin1'))?.[1] ?? ''
    return [authentication(11, Buffer.from(`r=${nonce}MORE,s=${SALT},i=${iterations}`))]
  }
}

/** Of a server that knows `password`, for what it has heard (RFC 5802). */
function signature(password: string, heard: Buffer): string {
  const text = heard.toString('latin1')
  const client = /n=[^,]*,r=[^,\0]+?(?=p\0|$|p..?.?.?.?c=|\0)/.exec(text)?.[0] ?? ''
  const final = /c=biws,r=[^,]+/.exec(text)?.[0] ?? ''
  const nonce = /c=biws,r=([^,]+)/.exec(text)?.[1] ?? ''
  const own = client.slice(0, client.indexOf('r=') + 2) + nonce.replace(/MORE$/, '')
  const hmac = (key: Buffer, value: string) => createHmac('sha256', key).update(value).digest()
  const salted = pbkdf2Sync(password, Buffer.from(SALT, 'base64'), 4096, 32, 'sha256')
  const message = `${own},r=${nonce},s=${SALT},i=4096,${final}`
  return hmac(hmac(salted, 'Server Key'), message).toString('base64')
}
