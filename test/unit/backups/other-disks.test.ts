import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { useTemp } from '../modules/driver.ts'

/** Small disks, in namespaces that end with the script. */
describe('disks beside those of the repository and the data', () => {
  const folder = useTemp()

  for (const shell of [['dash'], ['busybox', 'sh']] as const) {
    const problems = (
      prepare: string,
      places = '"$PGDATA/pg_wal/" "$PGDATA"/pg_tblspc/*/ "$state/"',
    ): string => {
      const script = `
        disk() { mkdir -p "$1" && mount -t tmpfs -o "size=$2" tmpfs "$1"; }
        fill() { head -c "$2"000000 /dev/zero > "$1/fill"; }
        cd ${process.cwd()}/docker/postgres/lib
        run=${folder()}/run repo=${folder()}/repo PGDATA=${folder()}/data state=${folder()}/state
        mkdir -p $run
        disk $repo 501m; disk $PGDATA 502m; disk $state 503m
        mkdir -p $PGDATA/pg_wal $PGDATA/pg_tblspc $PGDATA/fast
        . ./health.sh; . ./disks.sh
        : > $run/problems
        ${prepare}
        _health_of_disks ${places}
        cat $run/problems`
      return execFileSync('unshare', ['--mount', '--propagation', 'private', ...shell, '-euc', script], {
        encoding: 'utf8',
      }).trim()
    }

    describe(`under ${shell.join(' ')}`, () => {
      it('are silent while they have room, or are the same', () => {
        assert.equal(problems('ln -s $PGDATA/fast $PGDATA/pg_tblspc/16400'), '')
        // Of the disks of the data and of the repository others speak.
        assert.equal(
          problems('umount $PGDATA $repo; disk $PGDATA 60m; disk $repo 61m; mkdir $PGDATA/pg_wal'),
          '',
        )
      })

      it('are told of when a tablespace or pg_wal fills one', () => {
        const tablespace = 'ln -s $PGDATA/fast $PGDATA/pg_tblspc/16400'
        assert.match(
          problems(`${tablespace}; disk $PGDATA/fast 100m; fill $PGDATA/fast 84`),
          /^data-full\tcritical\tthe disk of the tablespace \S+\/data\/fast has 19 of 100 MB free; writes to it fail when it is full$/,
        )
        assert.match(
          problems('disk $PGDATA/pg_wal 100m; fill $PGDATA/pg_wal 84'),
          /^data-full\tcritical\tthe disk of pg_wal has 19 of 100 MB free; PostgreSQL stops when it is full$/,
        )
        assert.match(
          problems(`${tablespace}; _say_of_disk $PGDATA/pg_tblspc/16400/ 90000 2000000`),
          /^data-nearly-full\twarning\tthe disk of the tablespace \S+\/data\/fast has 87 of 1953 MB free; /,
        )
      })

      it('are looked at in each round, with what the container has of the node', () => {
        const others = ['disk', 'data_disk', 'files', 'account', 'archive', 'backups', 'offsite', 'node']
        const stubs = others.map((name) => `_health_of_${name}() { :; }`).join('; ')
        const said = problems(
          `disk $state/own 100m; fill $state/own 84; state=$state/own; ${stubs}; _health 0`,
          '',
        )
        assert.match(said, /^system-full\tcritical\tthe file system of \/var\/lib\/run-playbook of the node/m)
      })

      it('are told of when the node itself has no room, once', () => {
        const said = problems('disk $state/own 100m; fill $state/own 84', '"$state/own/" "$state/own/"')
        assert.match(
          said,
          /^system-full\tcritical\tthe file system of \/var\/lib\/run-playbook of the node has 19 of 100 MB free[^\n]*$/,
        )
        const nearly = problems('_say_of_disk / 90000 2000000', '')
        assert.match(
          nearly,
          /^system-nearly-full\twarning\tthe disk of Docker of the node has 87 of 1953 MB free/,
        )
      })

      it('are not told of twice where Docker keeps what it has on one of them', () => {
        // As an overlay has: another number, the same size.
        const twin = 'disk $state/own 100m; disk $state/twin 100m; fill $state/own 84; fill $state/twin 84'
        assert.equal(problems(twin, '"$state/own/" "$state/twin/"').split('\n').length, 1)
      })
    })
  }
})
