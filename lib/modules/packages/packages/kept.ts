import type { Keeps } from '../../../core/module.ts'
import { downloader } from '../../shared/http/tool.ts'
import { survivesInstall } from '../../shared/conventions.ts'
import { accountsSurviveInstall } from '../../system/shared/kept.ts'
import { packageListed } from './listed-reader.ts'
import { type Package, packageInstalled } from './reader.ts'
import { type PackagesArgs, listOf } from './args.ts'
import type { PackagesState } from './state.ts'

/**
 * What a dry run takes for unchanged when packages are installed: apt is told to remove nothing, so the packages that are
 * there stay, and so does the configuration of others. dnf and apk may replace what is there.
 */
export function keptByPackages(wanted: PackagesArgs, state: PackagesState | undefined): Keeps | undefined {
  const names = listOf(wanted)
  const manager = Object.values(state?.packages ?? {})[0]?.manager
  if (wanted.state === 'absent' || wanted.allowRemoval === true || manager !== 'apt') return undefined
  return (asked, answer) => {
    if (asked.reader === packageInstalled) return (answer as Package).installed
    if (asked.reader === downloader) return answer !== 'none'
    if (asked.reader === packageListed) return answer === 'yes'
    return accountsSurviveInstall(asked, answer) || survivesInstall(asked, answer, names)
  }
}
