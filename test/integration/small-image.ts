import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureEngine } from '../../docker/lab/engine.ts'
import { withMachineLock } from '../../docker/lab/lock.ts'
import { sayNothing } from '../../docker/lab/step.ts'
import { run } from '../unit/modules/driver.ts'
import { install } from '../support/install.ts'

/** A real engine with an image `NAME:1` of busybox that sleeps. Whatever has a name with NAME goes after each test. */
export function useSmallImage(name: string) {
  let shell: readonly string[] = []
  let folder = ''
  const must = async (script: string): Promise<string> => {
    const { code, stdout, stderr } = await run(shell, { script })
    assert.equal(code, 0, `${script}\n${stderr.toString()}`)
    return stdout.toString().trim()
  }

  before(async () => {
    install('/bin/busybox', 'busybox')
    const engine = await withMachineLock(() => ensureEngine(sayNothing))
    shell = ['env', ...Object.entries(engine.env).map(([key, value]) => `${key}=${value}`), 'sh']
    folder = await mkdtemp(join(tmpdir(), 'run-playbook-small-image-'))
    await must(`set -e
      root=${folder}/root
      for file in /bin/busybox $(ldd /bin/busybox | grep -o '/[^ ]*' || :); do
        mkdir -p "$root$(dirname "$file")"
        cp -L "$file" "$root$file"
      done
      mkdir -p "$root/bin" && cd "$root/bin"
      for tool in $(/bin/busybox --list); do [ $tool = busybox ] || ln -s /bin/busybox $tool; done
      tar -c -C "$root" . | docker import --change 'CMD ["sleep","1000"]' --change 'LABEL ${name}=1' - ${name}:1`)
  })

  afterEach(async () => {
    if (folder === '') return
    await must(`docker ps --all --quiet --filter name=${name} | xargs -r docker rm --force
      docker network ls --quiet --filter name=${name} | xargs -r docker network rm
      docker volume ls --quiet --filter name=${name} | xargs -r docker volume rm`)
  })

  after(async () => {
    if (folder === '') return
    await must(`docker image ls --format '{{.Repository}}:{{.Tag}}' --filter reference='${name}*' | xargs -r docker image rm --force
      docker image prune --force --filter label=${name}`)
    await rm(folder, { recursive: true })
  })

  return { shell: () => shell, folder: () => folder, must }
}
