import { readFile } from 'node:fs/promises'
import { UserError } from '../../../core/errors.ts'
import { Loaded } from '../../shared/loaded.ts'
import { LocalFile } from '../../shared/local-file.ts'

/** Longest key that goes into the file of a repository, in bytes. The whole keyring of Debian is half of it. */
const LONGEST = 65_536

const BEGIN = '-----BEGIN PGP PUBLIC KEY BLOCK-----'
const END = '-----END PGP PUBLIC KEY BLOCK-----'

export const isArmored = (text: string): boolean => text.trimStart().startsWith('-----BEGIN PGP ')

/** A key in a file of this machine, as the lines of one block. @throws UserError when there is no such file */
export function keyFile(path: string): Loaded<string> {
  const file = new LocalFile(path)
  return new Loaded(async () => {
    await file.load()
    const { size } = file.value
    if (size > LONGEST)
      throw new UserError('E_BAD_APT_KEY', `${path} has ${size} bytes, which is too long for a key`)
    return oneBlock(await readFile(path), path)
  })
}

/**
 * Keys, armored or not, as the lines of one block.
 *
 * @param what what to call them in an error
 * @throws UserError for what holds no public key
 */
export function oneBlock(given: Uint8Array, what: string): string {
  const bytes = Buffer.from(given)
  const text = bytes.toString('latin1')
  const wrong = (why: string): UserError =>
    new UserError('E_BAD_APT_KEY', `${what} is not a public key of OpenPGP: ${why}`, {
      hint: 'Export the key with gpg --armor --export.',
    })
  if (text.includes('-----BEGIN PGP PRIVATE KEY')) throw wrong('it is a private key')
  if (text.startsWith('KBXf', 8)) throw wrong('it is a keybox of gpg')
  const packets = text.includes('-----BEGIN ') ? dearmor(text) : bytes
  if (packets === undefined) throw wrong('its block is damaged')
  const tag = tagOf(packets)
  if (tag === 5) throw wrong('it is a private key')
  if (tag !== 6)
    throw wrong(tag === undefined ? 'it has no packets' : `it begins with a packet of type ${tag}`)
  if (packets.length > LONGEST) throw wrong('it is too long')
  return armor(packets)
}

/** RFC 9580, 4.2: the type of the first packet. */
function tagOf(packets: Buffer): number | undefined {
  const [first = 0] = packets
  if ((first & 0x80) === 0) return undefined
  return (first & 0x40) === 0 ? (first >> 2) & 0x0f : first & 0x3f
}

/** RFC 9580, 6.2. Undefined for a text that has no whole block, or one that is damaged. */
function dearmor(text: string): Buffer | undefined {
  const [, ...parts] = text.split(BEGIN)
  const blocks = parts.map((part) => {
    const [body, end] = part.split(END)
    return body === undefined || end === undefined ? undefined : packetsOf(body)
  })
  const whole = blocks.filter((block) => block !== undefined)
  return whole.length === 0 || whole.length < blocks.length ? undefined : Buffer.concat(whole)
}

function packetsOf(body: string): Buffer | undefined {
  const lines = body.split('\n').map((line) => line.trim())
  const data = lines.filter((line) => line !== '' && !/^[A-Za-z-]+:/.test(line))
  const sum = data.at(-1)?.length === 5 && data.at(-1)?.startsWith('=') ? data.pop()?.slice(1) : undefined
  const base64 = data.join('')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  const packets = Buffer.from(base64, 'base64')
  return sum === undefined || sum === checksum(packets) ? packets : undefined
}

function armor(packets: Buffer): string {
  const lines = packets.toString('base64').match(/.{1,64}/g) ?? []
  return [BEGIN, '', ...lines, `=${checksum(packets)}`, END].join('\n')
}

/** RFC 9580, 6.1.1: CRC-24. */
function checksum(packets: Buffer): string {
  let sum = 0xb704ce
  for (const byte of packets) {
    sum ^= byte << 16
    for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ ((sum & 0x800000) === 0 ? 0 : 0x1864cfb)
  }
  return Buffer.from([(sum >> 16) & 0xff, (sum >> 8) & 0xff, sum & 0xff]).toString('base64')
}
