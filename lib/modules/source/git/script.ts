import { posix } from 'node:path'
import { quote, sh } from '../../../core/sh.ts'
import type { Git } from './args.ts'

/** What a command of git depends on beside the repository. */
export type Surroundings = Pick<Git, 'environment' | 'keyFile' | 'acceptNewHostKey' | 'credentialsFile'>

export const surroundingsOf = (given: Surroundings): Surroundings => {
  const { environment, keyFile, acceptNewHostKey, credentialsFile } = given
  return { environment, keyFile, acceptNewHostKey, credentialsFile }
}

/**
 * Makes `git` a function that never asks anybody, runs no program that an address names, and reads no repository that belongs to another
 * user: also not where sudo says who called it.
 */
export function prelude(dest: string, given: Surroundings, looks: boolean): string[] {
  const { environment, credentialsFile } = given
  return [
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}`),
    'LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_ASKPASS= GIT_OPTIONAL_LOCKS=0',
    sh`GIT_CEILING_DIRECTORIES=${posix.dirname(dest)}`,
    `GIT_SSH_COMMAND="\${GIT_SSH_COMMAND:-ssh} "${quote(sshOptions(given, looks))}`,
    'export LC_ALL GIT_TERMINAL_PROMPT GIT_ASKPASS GIT_OPTIONAL_LOCKS GIT_CEILING_DIRECTORIES GIT_SSH_COMMAND',
    'unset SUDO_UID GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE',
    `git() { command git -c protocol.ext.allow=never -c protocol.file.allow=user ${credentials(credentialsFile)}"$@"; }`,
  ]
}

function sshOptions({ keyFile, acceptNewHostKey = false }: Surroundings, looks: boolean): string {
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=30',
    `StrictHostKeyChecking=${acceptNewHostKey ? 'accept-new' : 'yes'}`,
    // A look writes no key down: ssh writes to the first of the files.
    ...(acceptNewHostKey && looks
      ? ['UserKnownHostsFile=/dev/null ~/.ssh/known_hosts ~/.ssh/known_hosts2']
      : []),
    ...(keyFile === undefined ? [] : ['IdentitiesOnly=yes']),
  ]
  const words = options.flatMap((option) => ['-o', option])
  return [...words, ...(keyFile === undefined ? [] : ['-i', keyFile])].map(quote).join(' ')
}

// Only asked: git would take a password out of the file that a server refuses once.
function credentials(file: string | undefined): string {
  if (file === undefined) return ''
  const helper = `!f() { [ "$1" != get ] || git credential-store --file ${quote(file)} get; }; f`
  return `-c credential.helper= -c ${quote(`credential.helper=${helper}`)} `
}

/** `said` on one line, without what git says each time and without passwords, into `why`. */
export const WHY = `case $said in
  *'HOST IDENTIFICATION HAS CHANGED'*) why='the server has another key than known_hosts says: Host key verification failed.' ;;
  *)
    why=$(printf '%s\\n' "$said" | grep -v -e '^ *$' -e '^Please make sure' -e '^and the repository exists' \\
      -e 'Could not read from remote repository' -e '^Warning: Permanently' | tr -d '\\r' | tr '\\n\\t' '  ' |
      sed 's#//[^/@ ]*@#//#g' | cut -c 1-400) ;;
esac`

/** Ends the script with a reason where a command fails: `try WHAT COMMAND…`. */
export const TRY = `try() {
  what=$1
  shift
  said=$("$@" 2>&1 </dev/null) && return 0
  ${WHY}
  printf '%s: %s\\n' "$what" "$why" >&2
  exit 1
}`
