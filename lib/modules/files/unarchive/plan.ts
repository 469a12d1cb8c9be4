import { posix } from 'node:path'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { predict } from '../../../core/probe.ts'
import { sameAccounts, wantedAccess } from '../../shared/access.ts'
import { SELF } from '../../shared/account.ts'
import { assertFolder } from '../../shared/parent-folders.ts'
import { program } from '../../shared/program.ts'
import { assertSafe, sameFolders } from '../../shared/safe-path.ts'
import { stat } from '../../shared/stat.ts'
import type { Unarchive } from './args.ts'
import { type UnarchiveState, inside } from './state.ts'

export function planUnarchive(given: Unarchive, state: UnarchiveState): Plan {
  const { creates, dest, src } = given
  if (state.creates.type !== 'absent') return { changes: [], because: `${creates} is there` }
  assertDest(given, state)
  assertSource(given, state)
  assertPrograms(state)
  // Nobody that the host does not know.
  wantedAccess(given, state.access, { type: 'absent' }, state.dest, { type: 'file' })
  return {
    changes: [{ what: creates, from: 'absent', to: `from ${posix.basename(src)}` }],
    leaves: [
      predict(stat, dest, state.dest),
      ...sameFolders(state.above),
      ...sameAccounts(state.access),
      ...(state.src === undefined ? [] : [predict(stat, src, state.src)]),
      ...Object.entries(state.programs).map(([name, is]) => predict(program, name, is)),
    ],
  }
}

// Whoever can change a folder while root unpacks into it can make a link of any folder in it.
function assertDest({ dest }: Unarchive, { dest: here, above, access }: UnarchiveState): void {
  assertFolder(dest, here)
  if (here.type === 'link')
    throw new UserError('E_OTHER_KIND', `${dest} is a link to ${here.target}`, {
      hint: 'Use the path of its target.',
    })
  assertSafe(inside(dest), above, access)
  const { mode = '0755', uid, owner } = here
  const others = (Number.parseInt(mode, 8) & 0o022) !== 0
  if (!others && (uid === 0 || uid === access.accounts[SELF.user]?.id)) return
  const why = others ? `others can write to it (${mode})` : `it belongs to ${owner} (${uid})`
  throw new UserError('E_UNSAFE_PATH', `${dest} is not safe to unpack into: ${why}`, {
    hint: 'Run the task as the user who owns it, becomeUser, and let nobody else write to it; or unpack into another directory.',
  })
}

function assertSource({ src }: Unarchive, { src: here }: UnarchiveState): void {
  if (here === undefined || here.type === 'file' || here.type === 'link') return
  if (here.type === 'absent')
    throw new UserError('E_NO_FILE', `${src} does not exist`, {
      hint: 'Bring it to the host first: getUrl or copy.',
    })
  throw new UserError('E_OTHER_KIND', `${src} is not a regular file`)
}

function assertPrograms({ programs }: UnarchiveState): void {
  const missing = Object.entries(programs).flatMap(([name, is]) => (is ? [] : [name]))
  if (missing.length > 0)
    throw new UserError('E_NO_UNPACKER', `the host has no ${missing.join(' and no ')}`, {
      hint: 'Install it in an earlier task: the package has the same name, but for xz, which is xz-utils on Debian.',
    })
}
