import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { readContext } from '../../../../lib/modules/docker/image/context.ts'
import { dockerignore } from '../../../../lib/modules/shared/dockerignore.ts'
import { type ImageArgs, type ImageState, docker } from '../../../../lib/modules/docker/index.ts'
import { type TarEntry, tar } from '../../../../lib/modules/shared/tar.ts'
import { images } from '../../../../lib/modules/docker/shared/kinds.ts'
import { loaded, planOf, touchesOf, useTemp } from '../driver.ts'
import { imageOne, imageTwo } from './fixtures.ts'

const ID = 'ab'.repeat(32)

/** A small archive of the kind that `docker save` writes. */
function savedImage(tags: readonly string[], id = ID): Buffer {
  const config = {
    created: '2026-01-02T03:04:05.6Z',
    config: { Env: ['PATH=/bin'], Labels: { a: 'b' } },
    rootfs: { diff_ids: ['sha256:1'] },
  }
  const manifest = [{ Config: `${id}.json`, RepoTags: tags, Layers: [] }]
  return tar([
    { path: `${id}.json`, type: 'file', body: Buffer.from(JSON.stringify(config)) },
    { path: 'manifest.json', type: 'file', body: Buffer.from(JSON.stringify(manifest)) },
  ])
}

const none: ImageState = { id: '', image: undefined, loaded: undefined }

const apply = async (args: ImageArgs, state: ImageState): Promise<readonly ShellStep[]> => {
  const task = await loaded(docker.image('it', args))
  return task.module.apply(task.args, state) as readonly ShellStep[]
}

describe('docker.image from an archive', () => {
  const temp = useTemp()
  const save = (content: Buffer): string => {
    const file = join(temp(), 'image.tar')
    writeFileSync(file, content)
    return file
  }

  it('knows the image before it is sent, compressed or not', async () => {
    for (const content of [savedImage(['web:1']), gzipSync(savedImage(['web:1']))]) {
      const { changes, leaves } = planOf(
        await loaded(docker.image('it', { name: 'web:1', archive: save(content) })),
        none,
      )
      assert.deepEqual(changes, [{ what: 'image', from: 'absent', to: ID.slice(0, 12) }])
      assert.deepEqual(
        leaves?.map(({ question, answer }) => [question.key, (answer as { id: string }).id]),
        [
          ['web:1', `sha256:${ID}`],
          [`sha256:${ID}`, `sha256:${ID}`],
        ],
      )
    }
  })

  it('sends it, tags it where its own tag is another, and only tags one that is there already', async () => {
    const archive = save(savedImage(['web:1']))
    assert.deepEqual(
      (await apply({ name: 'web:1', archive }, none)).map(({ script, stdin }) => [script, stdin]),
      [['docker load --quiet', { file: archive }]],
    )
    assert.equal((await apply({ name: 'other', archive }, none))[1]?.script, 'docker tag web:1 other')
    const same = { ...imageOne(), id: `sha256:${ID}` }
    assert.deepEqual(
      (await apply({ name: 'other', archive }, { ...none, loaded: same })).map(({ script }) => script),
      [`docker tag sha256:${ID} other`],
    )
  })

  it('takes an image of another store for the same, by its content', async () => {
    const task = await loaded(docker.image('it', { name: 'web:1', archive: save(savedImage(['web:1'])) }))
    const { leaves } = planOf(task, none)
    const image = { ...(leaves![0]!.answer as ReturnType<typeof imageOne>), id: 'sha256:of-a-manifest' }
    assert.deepEqual(planOf(task, { id: image.id, image, loaded: undefined }).changes, [])
    assert.equal(planOf(task, { id: '', image: imageTwo(), loaded: undefined }).changes.length, 1)
  })

  it('refuses a file that is no archive, or not of this image', async () => {
    const make = (archive: string) => docker.image('it', { name: 'web:1', archive })
    assert.throws(() => make(join(temp(), 'none')), /is not a file/)
    assert.throws(() => make(temp()), /is not a file/)
    const bad = make(save(Buffer.from('no tar')))
    await assert.rejects(loaded(bad), /not an image saved by docker save/)
    assert.throws(() => planOf(bad, none), /not an image saved by docker save/)
    assert.deepEqual(touchesOf(bad), [images.all])
    const odd = tar([{ path: 'manifest.json', type: 'file', body: Buffer.from('{}') }])
    await assert.rejects(loaded(make(save(odd))), { code: 'E_BAD_ARCHIVE' })
    const two = JSON.stringify([ID, 'cd'.repeat(32)].map((id) => ({ Config: id, RepoTags: [`x:${id[0]}`] })))
    await assert.rejects(
      loaded(make(save(tar([{ path: 'manifest.json', type: 'file', body: Buffer.from(two) }])))),
      /several images, but none is web:1: x:a, x:c/,
    )
  })
})

describe('docker.image from elsewhere', () => {
  const temp = useTemp()

  it('builds when the folder or an argument has changed', async () => {
    writeFileSync(join(temp(), 'Dockerfile'), 'FROM scratch\n')
    const build = { context: temp(), args: { V: '1' }, target: 'last' }
    const [step] = await apply({ name: 'web', build }, none)
    assert.match(
      step!.script,
      /^docker build --tag web --label run-playbook\.context=[0-9a-f]{64} --label run-playbook\.built-as=web:latest --build-arg V=1 --target last -$/,
    )
    const label = /context=([0-9a-f]+)/.exec(step!.script)![1]!
    const image = { ...imageOne(), labels: { 'run-playbook.context': label } }
    const left = async (more: object) =>
      planOf(await loaded(docker.image('it', { name: 'web', build: { ...build, ...more } })), {
        id: image.id,
        image,
        loaded: undefined,
      })
    assert.deepEqual(await left({}), { changes: [], because: `built from ${label.slice(0, 12)}` })
    assert.equal((await left({ args: { V: '2' } })).changes.length, 1)
    writeFileSync(join(temp(), 'new'), '')
    assert.equal((await left({})).changes.length, 1)
    assert.equal((await left({})).leaves, undefined)
  })

  it('pulls what is missing, or always', async () => {
    const image = imageOne()
    const state = { id: image.id, image, loaded: undefined }
    assert.deepEqual(planOf(docker.image('it', { name: 'web' }), state).changes, [])
    assert.equal((await apply({ name: 'web' }, none))[0]?.script, 'docker pull --quiet web')
    const always = docker.image('it', { name: 'web', pull: 'always' })
    assert.equal(planOf(always, state).changes.length, 1)
    assert.deepEqual(always.module.verify!(always.args, state, state), [])
  })

  it('only looks whether the source is there while the task is made', () => {
    assert.throws(
      () => docker.image('it', { name: 'web', build: { context: temp() } }),
      /Dockerfile does not exist/,
    )
    writeFileSync(join(temp(), 'Dockerfile'), 'FROM scratch\n')
    writeFileSync(join(temp(), 'image.tar'), 'no tar')
    const build = docker.image('it', { name: 'web', build: { context: temp() } })
    const archive = docker.image('it', { name: 'web', archive: join(temp(), 'image.tar') })
    for (const task of [build, archive]) assert.throws(() => planOf(task, none), /was not loaded/)
  })

  it('has one source', () => {
    assert.throws(
      () => docker.image('it', { name: 'web', archive: 'a', build: { context: 'b' } }),
      /one source/,
    )
    assert.throws(() => docker.image('it', { name: 'web', state: 'absent', pull: 'always' }), /means nothing/)
  })
})

describe('the folder that an image is built from', () => {
  const temp = useTemp()

  it('is packed to the same bytes whatever the times and the owners', async () => {
    const file = join(temp(), 'Dockerfile')
    writeFileSync(file, 'FROM scratch\n')
    const before = await readContext(temp())
    utimesSync(file, 1, 1)
    chmodSync(file, 0o600)
    assert.deepEqual(await readContext(temp()), before)
    writeFileSync(join(temp(), 'tool'), 'echo\n', { mode: 0o644 })
    const plain = await readContext(temp())
    chmodSync(join(temp(), 'tool'), 0o700)
    assert.notDeepEqual(await readContext(temp()), plain)
  })

  describe('is packed to the same bytes', () => {
    const FILES: Readonly<Record<string, [text: string, mode: number]>> = {
      Dockerfile: ['FROM scratch\nCOPY . /\n', 0o644],
      '.dockerignore': ['*.log\n', 0o644],
      run: ['#!/bin/sh\necho "a"\n', 0o755],
      'lib/common.sh': ['a=1\n\nb=2', 0o644],
      'tool.bat': ['echo\n', 0o644],
      'program.bin': ['\x7fELF\0\r\nrest', 0o755],
      'picture.png': ['\x89PNG\r\n\x1a\0', 0o644],
      'left-out.log': ['x\n', 0o644],
    }
    const checkout = (
      name: string,
      change: (text: string, mode: number, path: string) => [string, number],
    ) => {
      const folder = join(temp(), name)
      for (const [path, [text, mode]] of Object.entries(FILES)) {
        const [changed, as] = change(text, mode, path)
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), changed, 'latin1')
        chmodSync(join(folder, path), as)
      }
      return folder
    }
    // git leaves files with NUL bytes alone.
    const crlf = (text: string): string => (/\0/.test(text) ? text : text.replaceAll('\n', '\r\n'))

    for (const [what, change] of Object.entries({
      'with CRLF as git on Windows writes it': (text, mode, path) => [
        path === 'tool.bat' ? text : crlf(text),
        mode,
      ],
      'without modes, all 0644': (text) => [text, 0o644],
      'without modes, all 0755': (text) => [text, 0o755],
      'with CRLF and all 0777': (text, _, path) => [path === 'tool.bat' ? text : crlf(text), 0o777],
      'with a umask of 077': (text, mode) => [text, mode & 0o700],
    } satisfies Record<string, Parameters<typeof checkout>[1]>))
      it(`from a checkout ${what}`, async () => {
        const right = await readContext(checkout('right', (text, mode) => [text, mode]))
        const other = checkout('other', change)
        assert.deepEqual(await readContext(other), right)
        if (!what.includes('umask')) assert.notDeepEqual(await readContext(other, 'Dockerfile', true), right)
      })

    it('but not where a file has another meaning', async () => {
      const right = await readContext(checkout('right', (text, mode) => [text, mode]))
      const mixed = checkout('mixed', (text, mode) => [text.replace('\n', '\r\n'), mode])
      assert.notDeepEqual(await readContext(mixed), right)
      const windows = checkout('windows', (text, mode, path) => [
        path === 'tool.bat' ? crlf(text) : text,
        mode,
      ])
      assert.notDeepEqual(await readContext(windows), right)
    })
  })

  it('comes out of tar as it went in', async () => {
    const deep = join('folder-'.padEnd(90, 'x'), 'ünïcode '.padEnd(90, 'y'))
    mkdirSync(join(temp(), 'in', deep), { recursive: true })
    writeFileSync(join(temp(), 'in', deep, 'file'), Buffer.alloc(1025, 7))
    writeFileSync(join(temp(), 'in/Dockerfile'), '')
    symlinkSync('t'.repeat(150), join(temp(), 'in/link'))
    mkdirSync(join(temp(), 'out'))
    const input = await readContext(join(temp(), 'in'))
    execFileSync('tar', ['-xf', '-', '-C', join(temp(), 'out')], { input })
    assert.deepEqual(readFileSync(join(temp(), 'out', deep, 'file')), Buffer.alloc(1025, 7))
    execFileSync('diff', ['-r', '--no-dereference', join(temp(), 'in'), join(temp(), 'out')])
  })

  it('is packed for every length of name and content', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 250 }), fc.uint8Array({ maxLength: 1100 }), (length, bytes) => {
        const entry: TarEntry = { path: 'n'.repeat(length), type: 'file', body: Buffer.from(bytes) }
        const input = tar([entry])
        assert.equal(input.length % 512, 0)
        assert.deepEqual(execFileSync('tar', ['-xOf', '-', entry.path], { input }), entry.body)
      }),
      { numRuns: 30 },
    )
  })

  it('leaves out what .dockerignore says, the last rule first', () => {
    const ignored = dockerignore('# rules\n*.log\n!keep.log\n/node_modules/\n**/*.tmp\ndocs/**/x?\n[ab].c\n')
    const paths = {
      'a.log': true,
      'sub/a.log': false,
      'keep.log': false,
      node_modules: true,
      'node_modules/x/y': true,
      'sub/node_modules': false,
      'a.tmp': true,
      'deep/er/a.tmp': true,
      'docs/x1': true,
      'docs/a/b/x1': true,
      'docs/a/x12': false,
      'a.c': true,
      'c.c': false,
      axlog: false,
    }
    for (const [path, wanted] of Object.entries(paths)) assert.equal(ignored(path), wanted, path)
  })
})
