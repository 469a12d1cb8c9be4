import type { Reply } from '../../core/probe.ts'
import type { ByteReader } from './byte-reader.ts'
import { isWhole } from './batch.ts'
import { OUTPUT_CAP } from './program.ts'
import { type Script, SKIPPED } from '../transport.ts'

/** What a host said that is not what the session program prints. */
export class NotAReply extends Error {
  constructor() {
    super('the host sent something that is not a reply')
  }
}

/** Longer than any line of a frame: 200 probes have 400 sizes. */
export const LONGEST_LINE = 64 * 1024

/** Bytes kept of the answers of one frame. What goes beyond fails as an answer that is too long by itself does. */
const LARGEST_FRAME = 64 * 1024 * 1024

const CODE = /^\d{1,3}$/
const SIZE = /^\d{1,15}$/

/** How large the outputs are that follow a frame's first line. */
export interface Frame {
  readonly codes: readonly number[]
  /** As many bytes follow. */
  readonly bytes: number
  readonly outputs: readonly Output[]
}

interface Output {
  /** What the script wrote. */
  readonly length: number
  /** What of it the host sends. */
  readonly sent: number
  /** There is more than is kept, although it is needed whole. */
  readonly tooLong: boolean
}

/**
 * The first line of a frame: `,code,code ,length,length,length,length`, without lengths when nothing was written.
 * @param scripts those that have no reply yet
 * @throws NotAReply
 */
export function parseFrame([codes = '', sizes = '']: readonly string[], scripts: readonly Script[]): Frame {
  const numbers = list(codes, CODE)
  if (numbers.length === 0 || numbers.length > scripts.length) throw new NotAReply()
  const lengths = sizes === '' ? numbers.flatMap(() => [0, 0]) : list(sizes, SIZE)
  if (lengths.length !== 2 * numbers.length) throw new NotAReply()
  const outputs = lengths.map((length, i): Output => {
    const { kind, output } = scripts[i >> 1] as Script
    const whole = kind === 'probe' || isWhole(output)
    const sent = Math.min(length, whole ? OUTPUT_CAP.whole : OUTPUT_CAP.tail)
    // Of what a script says on stderr the last is enough.
    return { length, sent, tooLong: whole && i % 2 === 0 && length > sent }
  })
  return { codes: numbers, outputs, bytes: outputs.reduce((sum, { sent }) => sum + sent, 0) }
}

function list(text: string, form: RegExp): number[] {
  const [before, ...words] = text.split(',')
  if (before !== '' || !words.every((word) => form.test(word))) throw new NotAReply()
  return words.map(Number)
}

/** The replies of a frame, each as soon as it is there. @throws EndOfStream */
export async function* readFrame(
  { codes, outputs }: Frame,
  reader: ByteReader,
  scripts: readonly Script[],
): AsyncGenerator<Reply> {
  let room = LARGEST_FRAME
  const take = async (output: Output): Promise<Buffer | undefined> => {
    room -= output.sent
    if (room >= 0 && !output.tooLong) return reader.take(output.sent)
    await reader.skip(output.sent)
    return undefined
  }
  for (const [i, code] of codes.entries()) {
    const [out, err] = outputs.slice(2 * i, 2 * i + 2) as [Output, Output]
    const stdout = await take(out)
    const stderr = (await take(err)) ?? NOTHING
    if (stdout !== undefined) yield { code, stdout, stderr }
    else yield tooLong(code, out, scripts[i]?.kind === 'probe' ? 'the answer' : 'the output')
  }
}

/** Half of an answer would be planned on as if it were the whole. */
function tooLong(code: number, { length, tooLong: alone }: Output, what: string): Reply {
  const limit = alone ? OUTPUT_CAP.whole : `${LARGEST_FRAME} together with others of the same batch`
  const stderr = Buffer.from(`run-playbook: ${what} has ${length} bytes, more than ${limit}`)
  return { code: code === 0 ? 1 : code, stdout: NOTHING, stderr }
}

const NOTHING = Buffer.alloc(0)

export const skippedReply = (): Reply => ({ code: SKIPPED, stdout: NOTHING, stderr: NOTHING })
