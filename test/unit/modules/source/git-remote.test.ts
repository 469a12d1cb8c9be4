import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GitArgs, git } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { type Sshd, publicKey, startSshd } from '../../../transport/sshd.ts'
import { converge, itAsRoot, observe } from '../driver.ts'
import { makeOrigins, pointTo, sh } from './git-cases.ts'
import { answerAsGit, startDaemon } from './git-servers.ts'

install('/usr/bin/git', 'git')

let root: string
let next = 0
let dest = ''
before(() => {
  root = mkdtempSync(join(tmpdir(), 'run-playbook-git-'))
  makeOrigins(root)
})
beforeEach(() => {
  dest = join(root, `dest-${next++}`)
  pointTo(root, 'new')
})
after(() => rmSync(root, { recursive: true, force: true }))

const task = (repo: string, args: Partial<GitArgs> = {}) => git('it', { repo, dest, ...args })

describe('git, with a server of git', () => {
  let daemon: ChildProcess
  let url = ''
  before(async () => {
    ;({ daemon, url } = await startDaemon(root))
    sh(
      root,
      `git init -q -b main whole; cd whole
      git submodule -q add ${url}/new part; git -C part checkout -q HEAD^; git add part; git commit -q -m one; git clone -q --bare . ../one
      git -C part checkout -q main; git commit -q -a -m two; git clone -q --bare . ../two
      git submodule -q add ${url}/two more; git commit -q -m three; git clone -q --bare . ../three
      git config -f .gitmodules submodule.part.url ${root}/old; git commit -q -a -m hostile; git clone -q --bare . ../hostile
      git config -f .gitmodules submodule.part.update none; git commit -q -a -m less; git clone -q --bare . ../less`,
    )
  })
  after(async () => {
    daemon.kill()
    await once(daemon, 'exit')
  })

  it('makes a checkout, and follows it', async () => {
    pointTo(root, 'old')
    assert.deepEqual((await converge(task(`${url}/origin`, { depth: 1 }))).left, [])
    assert.equal(readFileSync(join(dest, 'a'), 'utf8'), 'c2\n')
    pointTo(root, 'new')
    const done = await converge(task(`${url}/origin`, { depth: 1 }))
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(readFileSync(join(dest, 'a'), 'utf8'), 'c3\n')
    assert.equal(sh(dest, 'git rev-list --count HEAD'), '1')
  })

  it('says that the server does not have it', async () => {
    await assert.rejects(converge(task(`${url}/nowhere`)), {
      code: 'E_GIT_REMOTE',
      message: /nowhere: .*not/,
    })
  })

  it('checks out submodules, and theirs, and follows them', async () => {
    const first = await converge(task(`${url}/one`))
    assert.deepEqual([first.left, first.wrong], [[], []])
    assert.equal(readFileSync(join(dest, 'part/a'), 'utf8'), 'c2\n')
    await converge(task(`${url}/three`))
    assert.equal(readFileSync(join(dest, 'part/a'), 'utf8'), 'c3\n')
    assert.equal(readFileSync(join(dest, 'more/part/a'), 'utf8'), 'c3\n')
    // Half done: the commit is there, a submodule is not.
    sh(dest, 'git -C part checkout -q HEAD^')
    const again = await converge(task(`${url}/three`))
    assert.deepEqual([again.left, again.wrong], [[], []])
    assert.deepEqual(again.changes, [
      { what: 'submodules', from: '1 not at the commit that is recorded', to: 'as recorded' },
    ])
    assert.equal(readFileSync(join(dest, 'part/a'), 'utf8'), 'c3\n')
    sh(dest, 'echo mine >>part/a')
    await assert.rejects(converge(task(`${url}/three`)), { code: 'E_LOCAL_CHANGES', message: /: part$/ })
    assert.deepEqual((await converge(task(`${url}/three`, { force: true }))).left, [])
  })

  it('leaves submodules alone when told', async () => {
    const done = await converge(task(`${url}/one`, { recursive: false }))
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.ok(!existsSync(join(dest, 'part/a')))
  })

  it('leaves a submodule that the repository does not want checked out', async () => {
    const done = await converge(task(`${url}/less`))
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.deepEqual([existsSync(join(dest, 'part/a')), existsSync(join(dest, 'more/part/a'))], [false, true])
  })

  itAsRoot('is run as the user that the checkout belongs to', async () => {
    const app = ['setpriv', '--reuid=1500', '--regid=1500', '--clear-groups', 'env', 'HOME=/', 'dash']
    chmodSync(root, 0o755)
    mkdirSync(dest)
    chownSync(dest, 1500, 1500)
    const done = await converge(task(`${url}/new`), app)
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(lstatSync(join(dest, 'a')).uid, 1500)
    await assert.rejects(converge(task(`${url}/new`)), { code: 'E_FOREIGN_CHECKOUT' })
    await assert.rejects(converge(task(join(root, 'new')), app), {
      code: 'E_GIT_REMOTE',
      message: /dubious ownership/,
      hint: /becomeUser/,
    })
    dest = `${dest}-root`
    await converge(task(`${url}/new`))
    await assert.rejects(converge(task(`${url}/new`), app), { code: 'E_FOREIGN_CHECKOUT' })
  })

  it('lets a repository get nothing from the files of the host', async () => {
    await assert.rejects(
      converge(task(`${url}/hostile`)),
      /submodules of .* cannot be checked out: .*'file' not allowed/,
    )
  })
})

describe('git, over SSH', () => {
  let sshd: Sshd
  let host: Namespace
  let home: string
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd('', ['ed25519'], () => {}, false)
    home = join(root, 'home')
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    // What ssh knows of servers is in the home folder of this machine's root: here in another one.
    host = await makeNamespace(['--mount'], `mount --bind '${home}' /root`)
  })
  after(async () => {
    await host?.remove()
    await sshd?.stop()
  })
  beforeEach(() => rmSync(known(), { force: true }))

  const known = (): string => join(home, '.ssh/known_hosts')
  const of = (args: Partial<GitArgs> = {}) => {
    const repo = `ssh://root@127.0.0.1:${sshd.port}${root}/origin`
    return converge(task(repo, { keyFile: join(sshd.dir, 'id'), ...args }), [
      ...host.enter,
      'env',
      'HOME=/root',
      'dash',
    ])
  }
  const entry = (key: string): string => `[127.0.0.1]:${sshd.port} ${key}\n`

  it('asks a server that is known, with the key', async () => {
    writeFileSync(known(), entry(publicKey(sshd.hostKey('ed25519'))))
    const done = await of()
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(readFileSync(join(dest, 'a'), 'utf8'), 'c3\n')
  })

  it('trusts no server that is not known, and asks nobody about it', async () => {
    await assert.rejects(of(), {
      code: 'E_GIT_REMOTE',
      message: /Host key verification failed/,
      hint: /knownHost/,
    })
    assert.ok(!existsSync(known()) && !existsSync(dest))
  })

  it('accepts a new key when told, never one that has changed', async () => {
    const args = { acceptNewHostKey: true, keyFile: join(sshd.dir, 'id') }
    const repo = `ssh://root@127.0.0.1:${sshd.port}${root}/origin`
    const one = task(repo, args)
    await observe([...host.enter, 'env', 'HOME=/root', 'dash'], one.module.probe(one.args))
    assert.ok(!existsSync(known()), 'a dry run wrote the key')
    assert.deepEqual((await of(args)).left, [])
    assert.match(
      readFileSync(known(), 'utf8'),
      new RegExp(`^(\\|1\\|\\S+|\\S+:${sshd.port}) ssh-ed25519 `, 'm'),
    )
    rmSync(dest, { recursive: true })
    writeFileSync(known(), entry(publicKey(join(sshd.dir, 'id'))))
    await assert.rejects(of(args), { code: 'E_GIT_REMOTE', message: /verification failed/ })
  })

  it('says that the server takes no key of the host', async () => {
    writeFileSync(known(), entry(publicKey(sshd.hostKey('ed25519'))))
    await assert.rejects(of({ keyFile: sshd.hostKey('ed25519') }), {
      code: 'E_GIT_REMOTE',
      message: /Permission denied/,
      hint: /keyFile/,
    })
  })
})

describe('git, over http with a password', () => {
  let server: Server
  let url = ''
  const PASSWORD = 'correct horse/1'
  before(async () => {
    server = createServer((request, response) => {
      const login = `Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}`
      if (request.headers.authorization !== login)
        return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
      answerAsGit(root, request, response)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/origin`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  it('takes it from a file, which stays as it is', async () => {
    const file = join(root, 'login')
    const login = url.replace('//', `//me:${encodeURIComponent(PASSWORD)}@`).replace(/\/origin$/, '\n')
    writeFileSync(file, login, { mode: 0o600 })
    const done = await converge(task(url, { credentialsFile: file }))
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(readFileSync(join(dest, 'a'), 'utf8'), 'c3\n')
    assert.doesNotMatch(readFileSync(join(dest, '.git/config'), 'utf8'), /horse/)
    for (const step of done.steps) assert.doesNotMatch(JSON.stringify(step), /horse/)
    const wrong = login.replace('horse', 'donkey')
    writeFileSync(file, wrong)
    await assert.rejects(converge(task(url, { credentialsFile: file })), {
      code: 'E_GIT_REMOTE',
      message: /Authentication failed/,
      hint: /credentialsFile/,
    })
    assert.equal(readFileSync(file, 'utf8'), wrong)
  })

  it('asks nobody for it', async () => {
    await assert.rejects(converge(task(url), ['env', 'GIT_CONFIG_GLOBAL=/dev/null', 'dash']), {
      code: 'E_GIT_REMOTE',
      message: /terminal prompts disabled/,
    })
  })
})
