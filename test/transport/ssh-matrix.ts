import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the configurations are made of. */
export interface Stock {
  /** For the files of one configuration. */
  readonly dir: string
  readonly port: number
  readonly user: string
  readonly otherUser: string
  /** Private key files: one that the server takes, others that it does not. */
  readonly goodKey: string
  readonly otherKeys: readonly string[]
  /** `type base64` of the server's keys, and of strangers, by type. */
  readonly hostKeys: Readonly<Record<string, string>>
  readonly strangers: Readonly<Record<string, string>>
  readonly agent: string
  readonly ipv6: boolean
  /** A program that connects its input and output to HOST PORT. */
  readonly relay: string
}

/** One configuration, as files. */
export interface Case {
  readonly alias: string
  readonly file: string
  /** Files of UserKnownHostsFile and GlobalKnownHostsFile, with what they begin with. */
  readonly known: ReadonlyMap<string, string>
  readonly strict: string
  readonly text: string
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** @param logins leaves out what takes long with a real login, and leans towards what logs in */
export function makeCase(stock: Stock, random: () => number, logins: boolean): Case {
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T
  const chance = (share: number): boolean => random() < share
  const { dir } = stock
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(join(dir, 'a b'), { recursive: true })

  const six = stock.ipv6 ? ['::1'] : []
  const alias = pick(
    'localhost',
    'LOCALHOST',
    '127.0.0.1',
    ...six,
    'node-a',
    'db-1.example',
    'Web_1',
    'x.invalid',
  )
  const known = /localhost|127|::1/i.test(alias)
  const hostName =
    known && chance(0.6) ? pick(undefined, '%h', alias) : pick('127.0.0.1', 'localhost', 'LocalHost', ...six)
  const port = logins || chance(0.7) ? stock.port : pick(22, 2222)
  const user = chance(0.85) ? stock.user : stock.otherUser
  const hostKeyAlias = chance(0.2) ? pick('other-name', 'Alias') : undefined
  const host = (hostName ?? alias).replace('%h', alias).toLowerCase()
  const name = hostKeyAlias?.toLowerCase() ?? (port === 22 ? host : `[${host}]:${port}`)

  const quote = (path: string): string =>
    /[ ']/.test(path)
      ? pick(`"${path}"`, `"${path}"`, path.replaceAll(' ', '\\ '))
      : pick(path, path, `"${path}"`)
  const files = new Map<string, string>()
  const types = Object.keys(stock.hostKeys)
  const line = (): string => {
    const type = pick(...types)
    const key = (chance(0.75) ? stock.hostKeys[type] : stock.strangers[type]) ?? ''
    const names = pick(
      name,
      name,
      name,
      `other,${name}`,
      host,
      `*,!${name}`,
      '*',
      '[*]:*',
      `${name.slice(0, -1)}?`,
      'elsewhere',
      name.toUpperCase(),
    )
    const marker = chance(0.05) ? '@revoked ' : ''
    const end = chance(0.1) ? ' a comment\r' : ''
    return `${marker}${names} ${key}${end}\n`
  }
  const content = (): string => {
    let text = ''
    for (let lines = pick(0, 1, 1, 2, 3); lines > 0; lines--) text += line()
    if (chance(0.2)) text = `# comment\n\nbroken\n${text}`
    return text
  }
  const knownFiles = (...names: string[]): string[] =>
    names.map((file) => {
      const path = join(dir, file)
      const text = content()
      if (text !== '' || chance(0.5)) writeFileSync(path, text)
      if (text !== '' && chance(0.25) && !/[*?@]|broken/.test(text))
        execFileSync('ssh-keygen', ['-H', '-f', path], { stdio: 'ignore' })
      rmSync(`${path}.old`, { force: true })
      files.set(path, text === '' ? '' : readFileSync(path, 'utf8'))
      return path
    })
  const userFiles = knownFiles(
    ...(pick([['kh1']], [['kh1', 'a b/kh2']], [['a b/kh 3', 'kh4', 'kh5']])[0] as string[]),
  )
  const globalFiles = knownFiles(...(chance(0.3) ? [pick('global', 'a b/global')] : []))

  const identities = [
    ...(chance(0.85) ? [stock.goodKey] : []),
    ...stock.otherKeys.filter(() => chance(0.2)),
    ...(chance(0.2) ? [join(dir, 'nowhere')] : []),
  ].sort(() => random() - 0.5)
  const tokens = (path: string): string =>
    chance(0.2)
      ? path.replace(/^\/tmp/, '${RP_TMP}')
      : chance(0.2)
        ? path.replace('id', '%%id').replace('%%id', 'id')
        : path

  const strict = pick('yes', 'ask', 'accept-new', 'accept-new', 'no', 'off')
  const proxies = [
    `ProxyCommand ${stock.relay} %h %p`,
    `ProxyJump ${pick('', `${stock.user}@`)}hop${pick('', `:${stock.port}`)}`,
    'ProxyJump none',
  ].sort(() => random() - 0.5)
  const options = [
    ...(hostName === undefined ? [] : [`HostName ${hostName}`]),
    `Port ${port}`,
    `User ${user}`,
    ...identities.map((path) => `IdentityFile ${quote(tokens(path))}`),
    ...(chance(0.4) || identities.length === 0 ? ['IdentitiesOnly yes'] : []),
    ...(identities.length === 0 ? ['IdentityFile none'] : []),
    `IdentityAgent ${chance(0.4) ? stock.agent : 'none'}`,
    `UserKnownHostsFile ${userFiles.map(quote).join(pick(' ', '  ', '\t'))}`,
    `GlobalKnownHostsFile ${globalFiles.map(quote).join(' ') || '/dev/null'}`,
    `StrictHostKeyChecking ${strict}`,
    `HashKnownHosts ${pick('yes', 'no')}`,
    ...(hostKeyAlias === undefined ? [] : [`HostKeyAlias ${hostKeyAlias}`]),
    ...(chance(0.3)
      ? [
          `HostKeyAlgorithms ${pick('ssh-ed25519', 'rsa-sha2-512,ssh-ed25519', '-ssh-ed25519', '+ssh-rsa', '^ecdsa-sha2-nistp256')}`,
        ]
      : []),
    ...(chance(0.1) ? ['PubkeyAcceptedAlgorithms -rsa-sha2-*'] : []),
    ...(chance(0.3) ? [`ConnectTimeout ${pick('5', '1m', '30')}`] : []),
    ...(chance(logins ? 0.15 : 0.3) ? proxies.slice(0, pick(1, 2)) : []),
    ...(chance(0.2) ? [`AddressFamily ${host === '::1' ? 'any' : pick('any', 'inet')}`] : []),
  ].map((text) => (chance(0.2) ? text.replace(/^(\w+) /, pick('$1=', '$1 = ', '$1\t')) : text))

  const heading = pick(
    `Host ${alias}`,
    `Host other ${alias}`,
    'Host * !hop',
    `Host ${alias.slice(0, -1)}?`,
    `Match originalhost ${alias}`,
    `Match originalhost ${alias} exec "true"`,
  )
  const block = `${heading}\n${options.map((text) => `  ${text}\n`).join('')}`
  const hop = `Host hop\n  HostName 127.0.0.1\n  Port ${stock.port}\n  User ${stock.user}\n  IdentityFile ${stock.goodKey}
  IdentityAgent none\n  UserKnownHostsFile ${join(dir, 'hop_known')}\n  GlobalKnownHostsFile /dev/null\n`
  writeFileSync(join(dir, 'hop_known'), `[127.0.0.1]:${stock.port} ${stock.hostKeys['ssh-ed25519']}\n`)
  const ending = 'Host *\n  User nobody\n  Port 1\n  StrictHostKeyChecking yes\n'
  const file = join(dir, 'config')
  const noise = chance(0.3) ? '# a comment\n\nHost nobody-*\n  HostName 192.0.2.1\n' : ''
  let text = `${noise}${block}${hop}${ending}`
  if (chance(0.3)) {
    writeFileSync(join(dir, 'a b', 'part.conf'), block)
    const include = pick(`"${dir}/a b/part.conf"`, `"${dir}/a b/*.conf"`)
    text = `Include ${include}\n${noise}${hop}${ending}`
  }
  if (chance(0.2)) text = text.replaceAll('\n', '\r\n')
  writeFileSync(file, text)
  return {
    alias,
    file,
    known: files,
    strict,
    text: [text, `--- ${block}`, ...Array.from(files, ([path, lines]) => `--- ${path}\n${lines}`)].join('\n'),
  }
}

/** Puts the files of known keys back. */
export function restore({ known }: Case): void {
  for (const [path, text] of known) {
    if (text === '') rmSync(path, { force: true })
    else writeFileSync(path, text)
  }
}
