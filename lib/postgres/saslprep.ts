/**
 * A password as PostgreSQL hashes it (RFC 4013): odd spaces become spaces, invisible characters go, the rest is NFKC. A
 * password that holds what the RFC forbids is taken as it is, as the server does. ASCII is never changed.
 *
 * Of characters that are younger than the RFC's Unicode 3.2 only emoji are known to be forbidden; a password that mixes
 * other such characters with some that NFKC changes is the one case in which the server may disagree.
 */
export function saslprep(password: string): string {
  if (!/[^\0-\x7f]/.test(password)) return password
  const mapped = password.replace(OTHER_SPACES, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC')
  return mapped === '' || FORBIDDEN.test(mapped) || mixesDirections(mapped) ? password : mapped
}

// RFC 3454, tables C.1.2 and B.1.
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g
const MAPPED_TO_NOTHING = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/g
// Tables A.1 (unassigned) and C.2 to C.9: control characters, private use, non-characters, surrogates, display marks.
const FORBIDDEN = new RegExp(
  '[\\p{Cn}\\p{Cc}\\p{Co}\\p{Cs}\\u0340\\u0341\\u06dd\\u070f\\u180e\\u200e\\u200f\\u2028-\\u202e\\u2061-\\u2063\\u206a-\\u206f' +
    '\\u2ff0-\\u2ffb\\ufff9-\\ufffd\\u{1d173}-\\u{1d17a}\\u{1f000}-\\u{1ffff}\\u{e0001}-\\u{e007f}]',
  'u',
)

// §6: where one character is read from right to left (table D.1), the first and the last have to be, and no letter may
// be of the other kind.
function mixesDirections(text: string): boolean {
  const characters = [...text]
  if (!characters.some(isRightToLeft)) return false
  const ends = [characters.at(0) ?? '', characters.at(-1) ?? '']
  return (
    !ends.every(isRightToLeft) ||
    characters.some((one) => !isRightToLeft(one) && /[\p{L}\p{Nl}\p{Mc}]/u.test(one))
  )
}

const isRightToLeft = (character: string): boolean =>
  /[\u05be\u05c0\u05c3\u05d0-\u05ea\u05f0-\u05f4\u061b\u061f\u0621-\u063a\u0640-\u064a\u066d-\u066f\u0671-\u06d5\u06e5\u06e6\u06fa-\u06fe\u0700-\u070d\u0710\u0712-\u072c\u0780-\u07a5\u07b1\ufb1d\ufb1f-\ufdfc\ufe70-\ufefc]/.test(
    character,
  )
