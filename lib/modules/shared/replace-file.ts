import type { ShellStep } from '../../core/module.ts'
import type { Secret } from '../../core/secret.ts'
import { quote } from '../../core/sh.ts'
import { hold, receive, renaming } from './apply-install.ts'
import { LIKE } from './keep-attributes.ts'
import { contentPayload } from './payload.ts'

/**
 * A step that gives a file its content: atomically, so that whoever reads the file sees all of the old content or all of
 * the new. A file that exists keeps its mode, owner and access control list; a new one gets 0644, one with a secret 0600.
 * The folder must exist. The step fails where the path is a link or a folder.
 *
 * @param path absolute path on the host
 * @param content text, bytes, or a secret, which is never shown
 *
 * @example
 * const steps = [replaceFile('/etc/motd', 'Maintenance tonight\n')]
 */
export function replaceFile(path: string, content: string | Buffer | Secret): ShellStep {
  const payload = contentPayload(content)
  const mode = payload.secret ? '00600' : '00644'
  const lines = [
    ...receive({ dest: path, payload }),
    'if [ -L "$dest" ] || { [ -e "$dest" ] && [ ! -f "$dest" ]; }; then',
    `  echo ${quote(path)} 'is a link or not a regular file: name the file itself' >&2`,
    '  exit 1',
    'fi',
    LIKE,
    'if [ -f "$dest" ]; then',
    ...hold(path, 'read'),
    `  chown "$(stat -c '%u:%g' -- "$held")" "$temp"`,
    `  like "$held" "$temp" "0$(stat -c '%a' -- "$held")"`,
    `else chmod ${mode} "$temp"; fi`,
    ...renaming(path, false),
  ]
  return { script: lines.join('\n'), stdin: payload.stdin, explains: true }
}
