import { UserError } from '../../core/errors.ts'
import type { Plan, ShellStep } from '../../core/module.ts'
import { type Probe, askAll } from '../../core/probe.ts'
import { type AccessState, probeAccess } from './access.ts'
import { applyInstall } from './apply-install.ts'
import { type Install, planInstall } from './install.ts'
import { type TextFile, installStateOf, probeTextFile, sameTextFile, textPayload } from './text-file.ts'
import { assertRegular } from './whole-file.ts'

/** A file of text in which a module keeps lines of its own. */
export interface KeptText {
  readonly file: TextFile
  readonly access: AccessState
}

/** Makes the text that is wanted of the text that is there; of a file that is missing, the text is empty. Pure. */
export type EditText = (text: string) => string

export const probeKeptText = (path: string): Probe<KeptText> =>
  askAll<KeptText>({ file: probeTextFile(path), access: probeAccess({}) })

/** What changes; the predictions are also those of a file that stays as it is. A new file gets mode 0644. */
export function planKeptText(path: string, state: KeptText, edit: EditText): Plan {
  const install = installOf(path, state, edit)
  const done =
    install === undefined ? { changes: [] } : planInstall(install, installStateOf(state.file, state.access))
  return { changes: done.changes, leaves: done.leaves ?? sameTextFile(path, state.file, state.access) }
}

/** The steps that write it; none where nothing differs. */
export function applyKeptText(path: string, state: KeptText, edit: EditText): ShellStep[] {
  const install = installOf(path, state, edit)
  if (install === undefined) return []
  const there = installStateOf(state.file, state.access)
  return planInstall(install, there).changes.length === 0 ? [] : applyInstall(install, there)
}

/** Undefined where there is no file and none is wanted. */
function installOf(path: string, { file }: KeptText, edit: EditText): Install | undefined {
  assertRegular(path, file.here)
  const before = file.text ?? ''
  const text = edit(before)
  if (edit(text) !== text)
    throw new UserError('E_NOT_CONVERGED', `a second run would change the text of ${path} again`)
  if (file.here.type === 'absent' && text === '') return undefined
  return { dest: path, payload: textPayload(path, text) }
}
