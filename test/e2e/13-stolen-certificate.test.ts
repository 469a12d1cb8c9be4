import assert from 'node:assert/strict'
import { onNode, until } from './support.ts'

const A = '10.88.0.11'

/** The stock pgbackrest on node-b, with what lies there and nothing else: what it says of `command`, or why it fails. */
async function steal(root: string, command: string, patience = 5): Promise<{ done: boolean; says: string }> {
  const way = [
    `--repo1-host=${A} --repo1-host-type=tls --io-timeout=${patience} --repo1-host-ca-file=/tmp/ca.crt`,
    `--repo1-host-cert-file=/tmp/node.crt --repo1-host-key-file=/tmp/node.key --repo1-path=${root}`,
    '--stanza=main --log-level-console=off --log-level-stderr=error --log-level-file=off',
  ].join(' ')
  const inside = `for f in ca.crt node.crt node.key; do cp /keys/pgbackrest_$f /tmp/$f; chown postgres /tmp/$f; done
    unset PGBACKREST_CONFIG_INCLUDE_PATH; export PGBACKREST_CONFIG=/dev/null
    . /usr/local/lib/run-playbook/common.sh
    ( _as_postgres sh -c 'pgbackrest ${way} ${command}' )`
  const said = await onNode(
    'node-b',
    `docker run --rm --interactive --network host --volume /etc/run-playbook/secrets:/keys:ro --entrypoint sh run-playbook/postgres -c "${inside.replaceAll('$', '\\$').replaceAll('"', '\\"')}" 2>&1 <<'EOF' && echo DONE
planted
EOF
true`,
  )
  return { done: said.endsWith('DONE'), says: said }
}

const places = (all: readonly string[]) =>
  all.map((path): [string, string] => [
    path.slice(0, path.lastIndexOf('/')) || '/',
    path.slice(path.lastIndexOf('/') + 1),
  ])

describe('whoever has the certificate of one node', function () {
  this.timeout(900_000)

  it('is answered by the pgBackRest of the primary, as a standby has to be', async () => {
    const { done, says } = await steal('/var/lib/postgresql/data/pgdata', 'repo-get PG_VERSION', 60)
    assert.ok(done, says)
  })

  it('overwrites no archive.info of another', async () => {
    const file = '/data/backups/archive/main/archive.info'
    const before = await onNode('node-a', `cat ${file}`)
    const { done, says } = await steal('/var/lib/pgbackrest', 'repo-put archive/main/archive.info')
    const after = await onNode('node-a', `cat ${file}`)
    await onNode('node-a', `[ ! -e ${file}.copy ] || cp -p ${file}.copy ${file}`)
    assert.equal(after, before)
    assert.ok(!done, says)
  })

  it('reads neither key, password nor backup of another', async () => {
    // A minute after it was new, in the next round.
    await until(
      'the key is put away',
      async () =>
        !(await onNode('node-a', 'docker exec pgbackrest-server ls /run/run-playbook/pgbackrest')).includes(
          'node.key',
        ),
      90,
    )
    const wanted = places([
      '/run/run-playbook/pgbackrest/node.key',
      '/run/run-playbook/pgbackrest/cipher.conf',
      '/run/run-playbook/pgpass',
      '/etc/pgbackrest/node.key',
      '/etc/pgbackrest/password',
      '/run/secrets/postgres_password',
      '/run/secrets/pgbackrest_node.key',
      '/var/lib/pgbackrest/archive/main/archive.info',
      '/var/lib/pgbackrest/backup/main/backup.info',
      '/etc/shadow',
    ])
    for (const [folder, name] of wanted) {
      const { done, says } = await steal(folder, `repo-get ${name}`)
      assert.ok(!done, `${folder}/${name}: ${says}`)
    }
  })

  it('writes no file of another but locks in memory', async () => {
    const wanted = places([
      '/var/lib/postgresql/data/pgdata/postgresql.auto.conf',
      '/var/lib/postgresql/data/rejoin',
      '/var/lib/run-playbook/drill.json',
      '/run/run-playbook/pgbackrest/pgpass',
      '/run/run-playbook/pgbackrest/x.conf',
      '/etc/pgbackrest/pgbackrest.conf',
      '/usr/local/bin/backup',
      '/var/run/postgresql/x',
      '/tmp/x',
      '/x',
    ])
    for (const [folder, name] of wanted) {
      const { done, says } = await steal(folder, `repo-put ${name}`)
      assert.ok(!done, `${folder}/${name}: ${says}`)
    }
    assert.equal(
      await onNode('node-a', 'cd /data/postgres && find . -name rejoin -o -newer pgdata/PG_VERSION -name x'),
      '',
    )
  })

  it('has no session there that does more than to begin and end a backup', async () => {
    const ask = (from: string, statement: string) =>
      onNode(
        from,
        `PGPASSWORD=$(cat /etc/run-playbook/backup-server/password); export PGPASSWORD
        docker exec -e PGPASSWORD -u postgres postgres psql -XAtqw -h ${A} -U basebackup -d postgres -v ON_ERROR_STOP=1 -c "${statement}" 2>&1 && echo DONE
        true`,
      )
    // Not from where the thief is: the role comes from the node itself only.
    assert.match(await ask('node-b', 'SELECT 1'), /no pg_hba.conf entry|pg_hba.conf rejects/)
    assert.match(await ask('node-a', 'SELECT pg_switch_wal()'), /DONE/)
    for (const statement of [
      "COPY (SELECT 1) TO PROGRAM 'id > /tmp/x'",
      "COPY (SELECT 1) TO '/tmp/x'",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT pg_ls_dir('.')",
      'SELECT * FROM pg_authid',
      'SELECT * FROM seen',
      'CREATE TABLE public.mine ()',
      'CREATE SCHEMA mine',
      'CREATE ROLE mine',
      'SET ROLE postgres',
      'ALTER SYSTEM SET port = 1',
      "SELECT pg_create_physical_replication_slot('mine')",
      'SELECT pg_reload_conf()',
      'SELECT pg_promote()',
      "SELECT lo_import('/etc/passwd')",
      'ALTER ROLE basebackup SUPERUSER',
    ])
      assert.match(await ask('node-a', statement), /denied|must be|permission|only/, statement)
  })
})
