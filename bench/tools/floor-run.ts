import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Client } from 'ssh2'
import type { Entry } from '../work/tree.ts'

// The floor, in a process of its own: node floor-run.js REQUEST.json [--check]

export interface FloorRequest {
  readonly at: string
  readonly user: string
  readonly key: string
  readonly checks: readonly (readonly string[])[]
  readonly packages: readonly string[]
  readonly hosts: readonly {
    readonly address: string
    readonly port: number
    /** Its type and its text. */
    readonly hostKey: string
    readonly tree: readonly (readonly [string, Entry])[]
  }[]
}

const [, , file = '', option] = process.argv
const request = JSON.parse(readFileSync(file, 'utf8')) as FloorRequest
const { at, user, checks, packages } = request
const privateKey = readFileSync(request.key)
const sums = new Map<string, string>()
const counts = await Promise.all(request.hosts.map(bring))
console.log(`${counts.reduce((sum, count) => sum + count, 0)} paths differ`)

/** @returns how many paths are not as they should be */
async function bring({ address, port, hostKey, tree }: FloorRequest['hosts'][number]): Promise<number> {
  const known = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64')
  const client = new Client()
  await new Promise<void>((resolve, reject) => {
    client.on('ready', resolve).on('error', reject)
    client.connect({
      host: address,
      port,
      username: user,
      privateKey,
      hostVerifier: (key: Buffer) => key.equals(known),
    })
    client.setNoDelay(true)
  })
  const said = new Set((await run(client, questions(tree))).split('\n'))
  for (const name of packages)
    if (!said.has(`${name} install ok installed`)) throw new Error(`${name} is not installed`)
  const wrong = tree.filter(([path, entry]) => facts(path, entry).some((fact) => !said.has(fact)))
  if (wrong.length > 0 && option !== '--check') await run(client, `set -e\n${wrong.map(change).join('')}`)
  client.end()
  return wrong.length
}

function questions(tree: FloorRequest['hosts'][number]['tree']): string {
  const paths = (...types: Entry['type'][]): string[] =>
    tree.flatMap(([path, entry]) => (types.includes(entry.type) ? [path] : []))
  const about = (command: string, words: readonly string[]): string =>
    words.length === 0 ? '' : `${command} ${words.join(' ')} 2>/dev/null\n`
  return `cd ${at} || exit
    ${about(`stat -c '%a %F %n'`, paths('directory', 'file'))}
    ${about('stat -c %N', paths('link'))}
    ${about('sha256sum', paths('file'))}
    ${about(`dpkg-query -W -f '\${Package} \${Status}\\n'`, packages)}
    ${checks.map((argv) => `${argv.join(' ')} >/dev/null`).join(' && ')}\n`
}

/** The lines that the questions are answered with where a path is as it should be. */
function facts(path: string, entry: Entry): string[] {
  if (entry.type === 'link') return [`'${path}' -> '${entry.target}'`]
  if (entry.type === 'directory') return [`${entry.mode} directory ${path}`]
  return [`${entry.mode} regular file ${path}`, `${sum(entry.content)}  ${path}`]
}

function sum(content: string): string {
  const known = sums.get(content) ?? createHash('sha256').update(content).digest('hex')
  sums.set(content, known)
  return known
}

function change([path, entry]: readonly [string, Entry]): string {
  const to = `${at}/${path}`
  if (entry.type === 'link') return `ln -sfn ${entry.target} ${to}\n`
  if (entry.type === 'directory') return `mkdir -p ${to} && chmod ${entry.mode} ${to}\n`
  return `cat >${to}.new <<'END'\n${entry.content}END\nmv ${to}.new ${to}\n`
}

function run(client: Client, script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.exec('sh', (error, channel) => {
      if (error) return reject(error)
      let text = ''
      channel.on('data', (chunk: Buffer) => (text += chunk.toString()))
      channel.on('close', (code: number) =>
        code === 0 ? resolve(text) : reject(new Error(`exit status ${code}`)),
      )
      channel.end(script)
    })
  })
}
