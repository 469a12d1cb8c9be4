import assert from 'node:assert/strict'
import { chmod, chown, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { docker } from '../../lib/modules/docker/index.ts'
import { file } from '../../lib/modules/files/file/module.ts'
import { converge } from '../unit/modules/driver.ts'
import { useSmallImage } from './small-image.ts'

const NAME = 'private-folders'
const POSTGRES = 4711

describe('folders below one that only root may enter, on a real engine', function () {
  this.timeout(120_000)
  const { shell, folder, must } = useSmallImage(NAME)
  const at = (path: string): string => join(folder(), path)
  const asPostgres = (script: string): Promise<string> =>
    must(`setpriv --reuid=${POSTGRES} --regid=${POSTGRES} --clear-groups sh -c '${script}' 2>&1 || :`)
  const container = () =>
    docker('it', {
      name: `${NAME}-postgres`,
      image: `${NAME}:1`,
      stopTimeout: 0,
      network: 'none',
      user: String(POSTGRES),
      volumes: [{ source: at('data/postgres'), target: '/data' }],
    })
  const inside = (script: string): Promise<string> =>
    must(`docker exec ${NAME}-postgres sh -c '${script}' </dev/null`)

  beforeEach(async () => {
    await chmod(folder(), 0o755)
    await mkdir(at('data/postgres'), { recursive: true })
    await chown(at('data/postgres'), POSTGRES, POSTGRES)
  })
  const close = () =>
    converge(file('it', { path: at('data'), state: 'directory', mode: '0700', owner: 'root' }))

  it('are used by a container that runs while they are closed, by one that starts anew, and not by its user on the host', async () => {
    await converge(container(), shell())
    await inside('echo before >/data/file')
    assert.equal(await asPostgres(`cat ${at('data/postgres/file')}`), 'before')
    await close()
    await inside('echo after >/data/file && test -r /data/file')
    assert.match(await asPostgres(`cat ${at('data/postgres/file')}`), /Permission denied/)
    assert.match(await asPostgres(`echo x >${at('data/postgres/file')}`), /Permission denied/)
    await must(`docker restart --time 0 ${NAME}-postgres`)
    await inside('echo restarted >/data/file')
    await must(`docker rm --force ${NAME}-postgres`)
    await converge(container(), shell())
    await inside('grep -q restarted /data/file && echo anew >/data/file')
    assert.equal(await readFile(at('data/postgres/file'), 'utf8'), 'anew\n')
  })
})
