/** Where line ends are part of what the file means. */
const OF_WINDOWS = /\.(?:bat|cmd|ps1|vbs|reg|sln)$/i

const CR = 13
const LF = 10

/**
 * A text file with the line ends that it has in the repository: git on Windows may write all of them as CRLF. A file with any NUL,
 * or with any plain LF, is left as it is, and so is one for Windows, such as `.bat`.
 *
 * @example
 * unixText('run', Buffer.from('#!/bin/sh\r\necho\r\n')) // '#!/bin/sh\necho\n'
 */
export function unixText(path: string, body: Buffer): Buffer {
  if (OF_WINDOWS.test(path) || !body.includes('\r\n') || body.includes(0)) return body
  for (let at = body.indexOf(LF); at !== -1; at = body.indexOf(LF, at + 1))
    if (body[at - 1] !== CR) return body
  return Buffer.from(body.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
}

const ELF = Buffer.from('\x7fELF')

/** Whether a file is a program by what is in it: it begins with `#!`, or it is an ELF file. */
export const isProgram = (body: Buffer): boolean =>
  (body[0] === 0x23 && body[1] === 0x21) || body.subarray(0, ELF.length).equals(ELF)
