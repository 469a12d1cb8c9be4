import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signed } from '../../../lib/cluster/status/statement.ts'
import { signingPrivateKey } from '../../../lib/secrets/signing.ts'
import { b, by, good, key, publicKey, worthless } from '../cluster/promotion/statements.ts'

const LIBRARY = join(import.meta.dirname, '../../../docker/postgres/lib')
/** Debian's and Alpine's. */
const SHELLS = { dash: ['dash'], busybox: ['busybox', 'sh'] }

for (const [name, [shell = '', ...first]] of Object.entries(SHELLS)) {
  describe(`a running primary and who was promoted, in ${name}`, function () {
    let dir: string
    before(() => {
      dir = mkdtempSync(join(tmpdir(), 'signed-'))
      writeFileSync(join(dir, 'promotion.pub'), publicKey)
      writeFileSync(join(dir, 'none.pub'), '')
    })
    after(() => rmSync(dir, { recursive: true }))

    interface Heard {
      /** What the peer says of itself: it is 10.88.0.12 and of a later timeline than ours, which is 5. */
      answer?: 'primary' | 'standby'
      timeline?: number
      statement?: string
      /** Addresses in pg_stat_replication; undefined where PostgreSQL does not answer. */
      followers?: string[] | undefined
      key?: string
      /** Shell, before it is judged. */
      more?: string
    }

    /** Whether it stops, and what it says. */
    const judge = (heard: Heard) => {
      const { answer = 'primary', timeline = 6, statement = '', key: file = 'promotion.pub' } = heard
      const followers = 'followers' in heard ? heard.followers : ['10.88.0.12', '10.88.0.13']
      writeFileSync(join(dir, 'hands-on'), `${statement}\n`)
      const { stdout, stderr } = spawnSync(
        shell,
        [
          ...first,
          '-euc',
          `PGDATA=/nowhere/pgdata POSTGRES_OVERLAY_IP=10.88.0.11
          for part in common guard signed watch; do . ${LIBRARY}/$part.sh; done
          run=$DIR promotion_key=$DIR/$KEY
          _ask() { answer=$ANSWER peer_sysid=7001 peer_timeline=$TIMELINE; }
          _psql() { cat "$run/hands-on"; }
          _followers() { [ "$FOLLOWERS" != unknown ] && echo "$FOLLOWERS" | tr ' ' '\\n'; }
          _peers() { printf '10.88.0.12\\n10.88.0.13\\n'; }
          _control() { echo 7001; }
          _timeline() { echo 5; }
          disputed=
          ${heard.more ?? ''}
          ! _overtaken_by 10.88.0.12 || echo stops
          ! _overtaken_by 10.88.0.12 || echo stops`,
        ],
        {
          cwd: dir,
          env: {
            PATH: process.env['PATH'],
            DIR: dir,
            KEY: file,
            ANSWER: answer,
            TIMELINE: String(timeline),
            FOLLOWERS: followers?.join(' ') ?? 'unknown',
          },
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      return { stops: stdout === 'stops\nstops\n', stdout, says: stderr }
    }
    const stays = (heard: Heard, why: string) => {
      const { stdout, says } = judge(heard)
      assert.equal(stdout, '', `${why}: ${says}`)
      return says
    }

    it('it stops for what the operator has signed, whoever follows it and whoever hands it on', () => {
      for (const answer of ['primary', 'standby'] as const)
        for (const statement of [good, signed({ ...b, address: '10.88.0.13' }, by(key))])
          assert.ok(judge({ answer, statement }).stops, judge({ answer, statement }).says)
    })

    it('it names the node that was promoted, whoever hands that on', () => {
      const statement = signed({ ...b, address: '10.88.0.13' }, by(key))
      const more = '_overtaken_by 10.88.0.12; echo "$reason"; exit'
      assert.equal(judge({ answer: 'primary', statement, more }).stdout, '10.88.0.12 is the primary\n')
      assert.equal(judge({ answer: 'standby', statement, more }).stdout, '10.88.0.13 was promoted\n')
    })

    it('it stops for one that is signed for a timeline between its own and that of the peer', () => {
      assert.ok(judge({ statement: good, timeline: 9 }).stops)
    })

    it('it knows a statement by the key that it has, also after the operator has got another one', () => {
      assert.ok(judge({ statement: signed(b, by(signingPrivateKey(), signingPrivateKey(), key)) }).stops)
    })

    for (const [what, statement] of Object.entries(worthless))
      it(`it stays open for ${what} while another node follows it, and says so once`, () => {
        const says = stays({ statement }, what)
        assert.match(
          says,
          /^entrypoint: warning: 10\.88\.0\.12 says that it is the primary \(timeline 6; this node is on timeline 5\), but that promotion is not signed, and 10\.88\.0\.13 still follows this node: staying open/,
        )
        assert.equal(says.split('\n').length, 2, says)
      })

    it('a standby of a later timeline is no second primary: without a signature it changes nothing', () => {
      assert.equal(stays({ answer: 'standby', followers: [] }, 'a standby'), '')
      assert.equal(stays({ answer: 'standby', statement: worthless['a forged one'] ?? '' }, 'a standby'), '')
    })

    it('it stops for the word of a peer where nobody else follows it, or nobody knows', () => {
      for (const followers of [[], ['10.88.0.12'], ['10.88.0.99'], undefined])
        assert.ok(judge({ followers }).stops, String(followers))
    })

    it('it stops for the word of a peer in a cluster that has no key yet, as before', () => {
      for (const file of ['none.pub', 'missing.pub']) {
        assert.ok(judge({ key: file }).stops)
        stays({ key: file, answer: 'standby', statement: good }, file)
      }
    })

    it('without openssl nothing is signed', () => {
      const says = stays({ statement: good, more: 'openssl() { no-such-program "$@"; }' }, 'no openssl')
      assert.match(says, /is not signed/)
    })

    it('a fence says where the word of a peer is all that there is', () => {
      const fence = (heard: Heard) => {
        rmSync(join(dir, 'fenced'), { force: true })
        const more = `mount=$DIR timeline=5; _flush() { :; }; _ask; _remember_fence 10.88.0.12; _fence
          echo "$objection"; exit`
        return judge({ ...heard, more }).stdout
      }
      const other = signed({ ...b, address: '10.88.0.13' }, by(key))
      assert.match(fence({ statement: other }), /took over \(10\.88\.0\.13, timeline 6, found \S+\)\n$/)
      assert.match(fence({ statement: good }), /took over \(10\.88\.0\.12, timeline 6, found \S+\)\n$/)
      assert.match(fence({ key: 'missing.pub' }), /took over \(10\.88\.0\.12, timeline 6, found \S+\)\n$/)
      assert.match(
        fence({}),
        /took over \(10\.88\.0\.12, timeline 6, found \S+, not signed\)\. If nobody promoted that node, see docs\/second-day\.md\n$/,
      )
    })
  })
}
