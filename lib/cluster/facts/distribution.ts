/** The distribution of a node, which says how packages are called. */
export interface DistributionFact {
  /** As /etc/os-release has them: `debian 13`, with what it is like, `ubuntu 24.04 debian`. Empty where there is no such file. */
  readonly distribution: { readonly id: string; readonly version: string; readonly like: readonly string[] }
}

// The file is a shell script; read in a subshell, it sets nothing here.
export const DISTRIBUTION_SCRIPT = `
  if [ -r /etc/os-release ]; then (
    ID= VERSION_ID= ID_LIKE=
    . /etc/os-release
    echo "distribution $ID;$VERSION_ID;$ID_LIKE"
  ); fi`

/** @param found what the script printed, by the first word of each line */
export function parseDistribution(found: ReadonlyMap<string, string>): DistributionFact {
  const [id = '', version = '', like = ''] = (found.get('distribution') ?? '').split(';')
  return { distribution: { id, version, like: like.split(' ').filter(Boolean) } }
}
