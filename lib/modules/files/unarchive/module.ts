import { type Module, defineModule } from '../../../core/module.ts'
import { paths } from '../../../core/resource.ts'
import { type UnarchiveArgs, args } from './args.ts'
import { applyUnarchive } from './apply.ts'
import { planUnarchive } from './plan.ts'
import { type UnarchiveState, probeUnarchive } from './state.ts'

/**
 * Unpacks an archive on the host: one of your machine, or one that is on the host already, such as by `getUrl`. Other files in the
 * directory stay.
 *
 * Unlike in Ansible, `creates` is needed: it says whether the archive has to be unpacked, also on a host whose tar cannot compare, and
 * it appears last, so that a run that was stopped is not taken for a whole one. What is unpacked belongs to the user that runs the
 * task, not to whoever has the number that the archive says, unless `sameOwner` is true. Nothing is unpacked into a directory
 * that others can write to, or through a link. `include` and `exclude` are names below `dest`, and `mode` is that of files only.
 * `extra_opts` is not available.
 *
 * @dryRun Ok if `creates` is there, otherwise it would change. The archive is not looked into: one that is damaged, or does not
 * bring `creates`, is found in the run. Fails if `dest`, the archive or a program is missing, unless an earlier task would bring
 * it. Nothing that it brings is foretold: what lies below `dest` is unknown to later tasks.
 *
 * @throws UserError E_NO_UNPACKER
 *
 * @example
 * return [
 *   getUrl('archive', {
 *     url: 'https://github.com/prometheus/node_exporter/releases/download/v1.8.2/node_exporter-1.8.2.linux-amd64.tar.gz',
 *     dest: '/opt/node_exporter-1.8.2.tar.gz',
 *     checksum: 'sha256:6809dd0b3ec45fd6e992c19071d6b5253aed3ead7bf0686885a51d85c6643c66',
 *   }),
 *   unarchive('node exporter', {
 *     src: '/opt/node_exporter-1.8.2.tar.gz',
 *     remoteSrc: true,
 *     dest: '/opt',
 *     creates: '/opt/node_exporter-1.8.2.linux-amd64',
 *   }),
 * ]
 */
export const unarchive: Module<UnarchiveArgs, UnarchiveState> = defineModule({
  name: 'unarchive',
  args,
  load: async ({ payload }) => payload?.load?.(),
  probe: probeUnarchive,
  plan: planUnarchive,
  apply: applyUnarchive,
  touches: ({ dest }) => [paths.below(dest)],
})
