import ci from 'ci-info'

/** Whether this is a build server: there nobody looks at a picture that moves. Jenkins is one before its first build, too. */
export const onBuildServer = (): boolean => ci.isCI || (process.env['JENKINS_URL'] ?? '') !== ''
