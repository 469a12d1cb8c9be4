/** A line of an `authorized_keys` file that holds a key. */
export interface KeyLine {
  readonly options: string
  readonly type: string
  /** The key itself, in base64. */
  readonly blob: string
  readonly comment: string
}

const TYPE = /^(sk-)?(ssh|ecdsa)-[a-z0-9-]+(@openssh\.com)?$/

export const isKeyType = (word: string): boolean => TYPE.test(word)

/** A word, in which quotes may hold spaces, as `command="a b"`; and what follows it. */
const WORD = /^((?:"(?:\\"|[^"])*"|[^\s"])+)(?:[ \t]+|$)(.*)$/s

/** The parts of a line, or `undefined` where it holds no key. */
export function parseKeyLine(line: string): KeyLine | undefined {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return undefined
  const [, first = '', rest = ''] = WORD.exec(text) ?? []
  if (isKeyType(first)) return keyOf('', text)
  return keyOf(first, rest)
}

function keyOf(options: string, text: string): KeyLine | undefined {
  const [, type = '', blob = '', comment = ''] = /^(\S+)[ \t]+(\S+)(?:[ \t]+(.*))?$/s.exec(text) ?? []
  if (!isKeyType(type) || !holds(blob, type)) return undefined
  return { options, type, blob, comment: comment.trim() }
}

/** Whether the blob is a key: of its fields the first is the type. A damaged one is none. */
function holds(blob: string, type: string): boolean {
  const fields = fieldsOf(blob) ?? []
  return fields.length > 1 && fields[0]?.toString() === type
}

/** The fields of a blob, which have their lengths before them. Undefined where it is damaged. */
export function fieldsOf(blob: string): readonly Buffer[] | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(blob) || blob.length % 4 !== 0) return undefined
  const fields: Buffer[] = []
  let rest = Buffer.from(blob, 'base64')
  while (rest.length >= 4) {
    const end = 4 + rest.readUInt32BE(0)
    if (end > rest.length) return undefined
    fields.push(rest.subarray(4, end))
    rest = rest.subarray(end)
  }
  return rest.length === 0 ? fields : undefined
}

export const isSameKey = (one: KeyLine, other: KeyLine): boolean =>
  one.type === other.type && one.blob === other.blob

export const keyLine = ({ options, type, blob, comment }: KeyLine): string =>
  [options, type, blob, comment].filter((part) => part !== '').join(' ')

/** The keys of a text, such as a `.pub` file. @throws Error for a line that holds none */
export function parseKeys(text: string): KeyLine[] {
  if (/^-+BEGIN .*PRIVATE KEY/m.test(text))
    throw new Error('is a private key: name the public one, of the .pub file')
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  if (lines.length === 0) throw new Error('holds no key')
  return lines.map((line) => {
    const key = parseKeyLine(line)
    if (key === undefined) throw new Error(`is not a public key of OpenSSH: ${line.slice(0, 40)}`)
    return key
  })
}

/** Whether it is a list of options alone: nothing in it may begin another word. */
export const isOptions = (text: string): boolean =>
  text === '' || (!isKeyType(text) && !text.startsWith('#') && WORD.exec(text)?.[1] === text)
