/** `0/3000028` as a number of bytes from the beginning of WAL. Undefined when it is no LSN. */
export function parseLsn(text: string): bigint | undefined {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text) ?? []
  return high === undefined ? undefined : (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

/**
 * POSIX sh: functions that check what another host says before it gets into `$(( ))`, where bash would run what stands in
 * `a[$(…)]`. The image has the same in docker/postgres/lib/common.sh. The characters are listed, because what a range such as A-F
 * holds depends on the locale.
 */
export const CHECKED_NUMBERS = `
# usage: is_number TEXT  (a decimal number that fits; one that begins with 0 would be octal)
is_number() {
  case $1 in '' | *[!0123456789]* | 0?*) return 1 ;; esac
  [ "\${#1}" -le 18 ]
}
# usage: bytes_of LSN  (prints a position of WAL, such as 0/3000028, as a number of bytes; fails when it is none)
bytes_of() {
  case $1 in */*/* | *[!0123456789ABCDEF/]*) return 1 ;; ?*/?*) ;; *) return 1 ;; esac
  case \${1%/*} in ?????????*) return 1 ;; esac
  case \${1#*/} in ?????????*) return 1 ;; esac
  echo $((0x\${1%/*} * 4294967296 + 0x\${1#*/}))
}
`

/** As PostgreSQL prints it. */
export const formatLsn = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase()
