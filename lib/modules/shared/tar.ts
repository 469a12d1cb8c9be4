/** One entry of a tar archive. */
export interface TarEntry {
  /** Relative, with slashes. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'link'
  readonly executable?: boolean | undefined
  readonly body?: Buffer | undefined
  /** Of a link. */
  readonly target?: string | undefined
}

/** The same entries give the same bytes: no times, no owners, two kinds of permissions. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(pack), Buffer.alloc(2 * BLOCK)])
}

const BLOCK = 512

function pack(entry: TarEntry): Buffer[] {
  const body = entry.body ?? Buffer.alloc(0)
  const path = Buffer.from(entry.type === 'directory' ? `${entry.path}/` : entry.path)
  const target = Buffer.from(entry.target ?? '')
  // The old format's fields hold 100 bytes; GNU's longer names come in entries of their own before.
  const long = [
    ...(path.length > 100 ? packed('L', LONG, path) : []),
    ...(target.length > 100 ? packed('K', LONG, target) : []),
  ]
  const mode = entry.executable || entry.type !== 'file' ? 0o755 : 0o644
  return [...long, header(FLAG[entry.type], path, body.length, mode, target), ...padded(body)]
}

const FLAG = { file: '0', link: '2', directory: '5' } as const
const LONG = Buffer.from('../@LongLink')

const packed = (flag: string, name: Buffer, body: Buffer): Buffer[] => {
  const text = Buffer.concat([body, Buffer.alloc(1)])
  return [header(flag, name, text.length, 0o644), ...padded(text)]
}

function header(flag: string, path: Buffer, size: number, mode: number, target = Buffer.alloc(0)): Buffer {
  const block = Buffer.alloc(BLOCK)
  path.copy(block, 0, 0, 100)
  octal(block, mode, 100, 8)
  octal(block, 0, 108, 8)
  octal(block, 0, 116, 8)
  octal(block, size, 124, 12)
  octal(block, 0, 136, 12)
  block.write(`        ${flag}`, 148)
  target.copy(block, 157, 0, 100)
  block.write('ustar  ', 257)
  // The sum is taken with its own field as blanks.
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

const octal = (block: Buffer, value: number, at: number, width: number): void => {
  block.write(value.toString(8).padStart(width - 1, '0'), at)
}

const padded = (body: Buffer): Buffer[] => [body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]
