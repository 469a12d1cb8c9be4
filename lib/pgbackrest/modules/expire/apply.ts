import { sh } from '../../../core/sh.ts'

export const LIMIT = 3600

export const waiting = (wait: number, words: readonly string[]): string => `
${sh`deadline=$(($(date +%s) + ${wait}))`}
until ${sh`run ${LIMIT} expire ${words}`}; do
  code=$?
  [ $code = 50 ] && [ "$(date +%s)" -lt "$deadline" ] || fail $code
  sleep 3
done`
