/**
 * A password as PostgreSQL hashes it (RFC 4013): odd spaces become spaces, invisible characters go, the rest is NFKC. A
 * password that holds what the RFC forbids is taken as it is, as the server does.
 */
export function saslprep(password: string): string {
  if (/^[\0-\x7f]*$/.test(password)) return password
  const mapped = password.replace(OTHER_SPACES, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC')
  return FORBIDDEN.test(mapped) || mapped === '' || mixesDirections(mapped) ? password : mapped
}

// RFC 3454 tables C.1.2 and B.1.
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu
const MAPPED_TO_NOTHING = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu
// Tables C.2 to C.9: control characters, private use, non-characters, surrogates, marks that change the display.
const FORBIDDEN =
  // eslint-disable-next-line no-control-regex
  /[\p{Cc}\p{Co}\p{Cs}\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u206a-\u206f\ufff9-\uffff\u{1d173}-\u{1d17a}\ufdd0-\ufdef\u0340\u0341\u200e\u200f\u202a-\u202e\u2ff0-\u2ffb\u{e0001}\u{e0020}-\u{e007f}]/u

// RFC 3454 §6: text from right to left must be so from its first character to its last, with no letter of the other kind.
function mixesDirections(text: string): boolean {
  const right = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u
  if (!right.test(text)) return false
  const characters = [...text]
  return (
    /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}]/u.test(text) ||
    !right.test(characters[0] ?? '') ||
    !right.test(characters.at(-1) ?? '')
  )
}
