import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../core/error-message.ts'
import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { clean } from '../reporters/index.ts'
import { checkName } from '../secrets/names.ts'
import { save } from '../secrets/save.ts'
import { ask } from './confirm.ts'
import type { SecretsContext } from './secrets-context.ts'
import { say } from './secrets-commands.ts'

/** Opens all secrets in the user's editor, and stores what was changed, added and removed. */
export async function editSecrets(context: SecretsContext): Promise<number> {
  const { opened, places, session } = context
  if (session.outlet.forPrograms || process.stdin.isTTY !== true)
    throw new UserError('E_USAGE', 'secrets edit opens an editor, and there is no terminal for it', {
      hint: 'Use secrets set, which reads standard input.',
    })
  const before = new Map([...opened.vault.secrets].map(([name, value]) => [name, reveal(value)]))
  const after = await edited(before, session.stop)
  const changed = [...after].filter(([name, value]) => before.get(name) !== value)
  const removed = [...before.keys()].filter((name) => !after.has(name))
  if (changed.length + removed.length === 0) {
    say(context, 'Nothing was changed.')
    return 0
  }
  await save(places, opened, new Map(changed.map(([name, value]) => [name, new Secret(name, value)])), {
    removed,
    byHand: true,
  })
  const words = [
    ...(changed.length > 0 ? [`stored: ${changed.map(([name]) => name).join(', ')}`] : []),
    ...(removed.length > 0 ? [`forgotten: ${removed.join(', ')}`] : []),
  ]
  say(context, `${places.vault} is written; ${words.join('; ')}.`)
  return 0
}

/** What the user makes of the text. The file is in memory where there is such a place, readable by nobody else, and removed. */
async function edited(before: ReadonlyMap<string, string>, stop: AbortSignal): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(privatePlace(), 'run-playbook-secrets-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    const file = join(folder, 'secrets.json')
    const names = [...before.keys()].toSorted()
    const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, before.get(name)])), null, 2)
    writeFileSync(file, `${text}\n`, { mode: 0o600 })
    for (;;) {
      await openEditor(file)
      try {
        return parse(readFileSync(file, 'utf8'))
      } catch (error) {
        const why = messageOf(error)
        const again = await ask(`${clean(why)}\nEdit again? Y/n `, { stop })
        if (/^n/i.test(again) || stop.aborted) throw new UserError('E_SECRETS_EDIT', 'nothing was stored')
      }
    }
  } finally {
    process.off('exit', remove)
    remove()
  }
}

function parse(text: string): Map<string, string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Node's own words quote the text around the mistake, which is secret.
    throw new Error('This is not valid JSON: {"name": "value", …}.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('This must be one JSON object: {"name": "value", …}.')
  return new Map(
    Object.entries(value).map(([name, one]) => {
      checkName(name)
      if (typeof one !== 'string' || one === '') throw new Error(`The value of ${name} must be a text.`)
      return [name, one]
    }),
  )
}

function privatePlace(): string {
  const places = [process.env['XDG_RUNTIME_DIR'], '/dev/shm'].filter(
    (place) => place !== undefined && place !== '',
  )
  return places.find(isWritable) ?? tmpdir()
}

function isWritable(folder: string | undefined): folder is string {
  try {
    accessSync(folder ?? '', constants.W_OK)
    return true
  } catch {
    return false
  }
}

function openEditor(file: string): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi'
  return new Promise((resolve, reject) => {
    // The variable may hold options too: EDITOR='code --wait'.
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' })
    const failed = (why: string): void =>
      reject(new UserError('E_SECRETS_EDIT', `the editor ${editor} ${why}: nothing was stored`))
    child.once('error', (error) => failed(error.message))
    child.once('close', (code) => (code === 0 ? resolve() : failed(`ended with ${code}`)))
  })
}
