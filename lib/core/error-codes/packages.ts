import type { ErrorCodes } from './error-code.ts'

/** Packages, and where they come from. */
export const packages = {
  E_BAD_APT_KEY: [
    'What is given as the key of a repository is not a public key of OpenPGP.',
    'Export the key with `gpg --armor --export`.',
  ],
  E_NO_APK: [
    'The host has no apk, which belongs to Alpine Linux.',
    'Run the task only where it is: `when`, with the family of `facts.os`.',
  ],
  E_NO_APT: [
    'The host has no apt, which belongs to Debian and Ubuntu.',
    'Run the task only where it is: `when`, with the family of `facts.os`.',
  ],
  E_NO_DEBCONF: [
    'The host has no debconf, which belongs to Debian and Ubuntu.',
    'Run the task only where it is: `when`, with the family of `facts.os`.',
  ],
  E_NO_NPM: ['The host has no npm.', 'Install it in an earlier task.'],
  E_NO_PACKAGE: [
    'The package is not in the package lists of the host, or not in the registry of npm.',
    'Check the name and the version, or add the repository that contains it in an earlier task.',
  ],
  E_NO_PACKAGE_MANAGER: [
    'The host has neither apt, apk nor dnf.',
    'Install the packages with `command` or `shell`.',
  ],
  E_NPM: [
    'npm does not answer, because a file that it reads is broken or because the registry does not answer it.',
    'Read its message. Correct the file, or name a registry that the host can reach.',
  ],
} as const satisfies ErrorCodes
