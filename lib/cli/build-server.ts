/** Whether this is a build server: there nobody looks at a picture that moves. Jenkins is one before its first build, too. */
export async function onBuildServer(): Promise<boolean> {
  const { isCI } = await import('ci-info')
  return isCI || (process.env['JENKINS_URL'] ?? '') !== ''
}
