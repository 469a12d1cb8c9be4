import * as z from '../../../core/lazy-zod.ts'

const WORDS = ['required', 'requisite', 'sufficient', 'optional', 'include', 'substack']

// What a module can answer.
const ANSWERS = new Set(
  (
    'success open_err symbol_err service_err system_err buf_err perm_denied auth_err cred_insufficient authinfo_unavail ' +
    'user_unknown maxtries new_authtok_reqd acct_expired session_err cred_unavail cred_expired cred_err no_module_data ' +
    'conv_err authtok_err authtok_recover_err authtok_lock_busy authtok_disable_aging try_again ignore abort ' +
    'authtok_expired module_unknown bad_item conv_again incomplete default'
  ).split(' '),
)

const ACTION = /^(ignore|bad|die|ok|done|reset|[1-9]\d{0,3})$/

/** One spelling for what means the same: PAM takes any case, and spaces in brackets. */
export function plainControl(text: string): string {
  const lower = text.toLowerCase()
  const [, inner] = /^\[(.*)\]$/s.exec(lower) ?? []
  return inner === undefined
    ? lower
    : `[${inner
        .trim()
        .replaceAll(/\s*=\s*/g, '=')
        .split(/\s+/)
        .join(' ')}]`
}

function isControl(text: string): boolean {
  const plain = plainControl(text)
  if (WORDS.includes(plain)) return true
  return (
    /^\[[^[\]]+\]$/.test(plain) &&
    plain
      .slice(1, -1)
      .split(' ')
      .every((pair) => {
        const [answer = '', action = '', ...more] = pair.split('=')
        return ANSWERS.has(answer) && ACTION.test(action) && more.length === 0
      })
  )
}

export const control = z
  .string()
  .regex(/^[^#\0\n\r]*$/, 'must be one line')
  .refine(isControl, `must be ${WORDS.join(', ')}, or actions such as [success=1 default=ignore]`)
