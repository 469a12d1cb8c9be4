import type { ShellStep } from '../../../core/module.ts'
import { quote, sh } from '../../../core/sh.ts'
import { unitOf } from '../../shared/service.ts'
import { type SystemdUnitArgs, textOf } from './args.ts'
import { isTemplate } from './status.ts'

/** Where systemd looks for units, the first that has one. */
const FOLDERS = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map((top) => `${top}/systemd/system`)

/**
 * Has systemd judge the text before it is written. What it would only warn of, such as a misspelled key, is refused too. Faults
 * of other units, which it looks at as well, are not: they may be written later.
 */
export function verifyStep(given: SystemdUnitArgs): ShellStep {
  const unit = unitOf(given.name)
  // In messages a template has an instance.
  const [before = '', after = ''] = isTemplate(unit) ? unit.split('@.') : []
  const named = isTemplate(unit) ? `${quote(`${before}@`)}*${quote(`.${after}`)}` : quote(unit)
  const lines = [
    'set -eu',
    'LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_LOG_TARGET=console; export LC_ALL SYSTEMD_COLORS SYSTEMD_LOG_TARGET',
    'command -v systemd-analyze >/dev/null || { cat >/dev/null; exit 0; }',
    'umask 077',
    'stage=$(mktemp -d)',
    `trap 'rm -rf -- "$stage"' EXIT`,
    `trap 'exit 1' HUP INT TERM`,
    `unit=${quote(unit)}`,
    ...stage(given, unit),
    'said=$(systemd-analyze verify --man=no "$stage/$unit" 2>&1 </dev/null) || :',
    `bad=$(printf '%s\\n' "$said" | while IFS= read -r line; do`,
    '  case $line in',
    `    *': Failed to create '*'/start: '*) ;;`,
    `    "$own"*) printf '%s\\n' "\${line#"$stage/"}" ;;`,
    `    ${named}': '* | 'Unit '${named}' '*) printf '%s\\n' "$line" ;;`,
    '  esac',
    'done)',
    '[ -n "$bad" ] || exit 0',
    `printf '%s\\n' "$bad" >&2`,
    `echo "systemd-analyze refuses the text: $(printf '%s\\n' "$bad" | head -n 1)" >&2`,
    'exit 1',
  ]
  return { script: lines.join('\n'), stdin: textOf(given), explains: true }
}

/** A drop-in is judged with a copy of its unit; it is not where there is none. */
function stage({ dropIn }: SystemdUnitArgs, unit: string): string[] {
  if (dropIn === undefined) return ['own=$stage/$unit:', 'cat >"$stage/$unit"']
  const template = unit.replace(/@.*(?=\.\w+$)/, '@')
  return [
    'own=$stage/$unit.d/',
    'mkdir -- "$stage/$unit.d"',
    sh`cat >"$stage/$unit.d/"${`${dropIn}.conf`}`,
    sh`for file in ${[unit, template].flatMap((name) => FOLDERS.map((folder) => `${folder}/${name}`))}; do`,
    '  [ ! -f "$file" ] || { cat <"$file" >"$stage/$unit"; break; }',
    'done',
    '[ -f "$stage/$unit" ] || exit 0',
  ]
}
