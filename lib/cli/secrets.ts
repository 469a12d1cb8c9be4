import { Command } from 'commander'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { open } from '../secrets/opened.ts'
import { placesIn } from '../secrets/places.ts'
import type { CliCommand } from './command.ts'
import { findInventory, projectRoot } from './project.ts'
import type { SecretsContext } from './secrets-context.ts'
import { editSecrets } from './secrets-edit.ts'
import { showRecipients } from './secrets-recipients.ts'
import { getSecret, listSecrets, setSecret, trustStore } from './secrets-commands.ts'
import { type Rotation, rotateSecret } from './secrets-rotate.ts'
import { type Issue, issueLogin, listLogins, revokeLogins } from './secrets-logins.ts'
import { parsed, printOption, strict } from './shared-options.ts'
import { findStateDir, surroundings } from './state-dir.ts'

const HELP = `
The store is secrets.age in .run-playbook beside the inventory; with --ssh-config or RUN_PLAYBOOK_SSH_CONFIG beside
that file, so that a lab never has the passwords of production. Commit it.
It is encrypted for the age public keys in recipients.txt, which lies beside it. Add a colleague's key there, and run
secrets recipients --accept, which encrypts the store for it. Your own private key is ~/.config/run-playbook/identity.txt
(env: RUN_PLAYBOOK_IDENTITY), made when it is first needed: keep a copy of it.
RUN_PLAYBOOK_SECRET_<NAME> in the environment wins over what is stored, and is never stored.

Examples:
  run-playbook secrets list
  run-playbook secrets get postgres.superuser
  run-playbook secrets get pgbackrest.authority --certificate > root.crt
  run-playbook secrets set mail.password                 asks for it; nothing shows in the shell's history
  pass mail | run-playbook secrets set mail.password     or takes it from a pipe
  run-playbook secrets rotate app.password               a new random value; hosts have it after the next run
  run-playbook secrets rotate app.password --undo        back to the value before, also when some hosts have the new one
  run-playbook secrets issue clients app --days 90 --to app-client    a certificate for the database role app
  run-playbook secrets revoke clients app                and its end, after the next run
  run-playbook secrets recipients --accept               lets in who is new in recipients.txt
  run-playbook secrets edit                              all of them in $EDITOR; a line that is removed is forgotten

Exit status: 0 done, 1 not: what is stored is as it was.
`

type Work = (context: SecretsContext) => Promise<number>

/** `run-playbook secrets list|get|set|rotate|issue|issued|revoke|recipients|trust|edit`: what is in the store, without age at hand. */
export const secrets: CliCommand = async (argv, session) => {
  let work: Work | undefined
  let trust = false
  const command = new Command('run-playbook secrets')
    .description('Shows and changes the secrets of the project.')
    .option('-i, --inventory <file>', 'use the store next to this inventory file')
    .option('--ssh-config <file>', 'use the store next to this file, as a run with --ssh-config does')
    .addOption(printOption())
    .addHelpText('after', HELP)
    .helpCommand(false)
  const add = (usage: string, description: string): Command =>
    strict(command.command(usage).description(description))
  add('list', 'lists the names and kinds of all secrets').action(() => void (work = listSecrets))
  add('get <name>', 'prints the value')
    .option('--certificate', 'print only the certificate, without its private key', false)
    .action((name: string, { certificate }: { certificate: boolean }) => {
      work = (context) => getSecret(context, name, certificate)
    })
  add('set <name>', 'stores a value that is read from the terminal or standard input')
    .option('--replace', 'replace the existing value', false)
    .action((name: string, { replace }: { replace: boolean }) => {
      work = (context) => setSecret(context, name, replace)
    })
  add('rotate <name>', 'stores a new random value of the same kind, in place of the old one')
    .option('--undo', 'store the value that it had before', false)
    .option('--replace', 'replace a value that was set by hand', false)
    .action((name: string, options: Rotation) => {
      work = (context) => rotateSecret(context, name, options)
    })
  add(
    'issue <authority> <name>',
    'issues a client certificate, and writes it and its private key to a folder',
  )
    .requiredOption('--to <folder>', 'write client.crt and client.key to this folder')
    .option('--days <number>', 'how long the certificate is good', '365')
    .action((authority: string, name: string, options: Issue) => {
      work = (context) => issueLogin(context, authority, name, options)
    })
  add('issued <authority>', 'lists the client certificates of an authority').action((authority: string) => {
    work = (context) => listLogins(context, authority)
  })
  add('revoke <authority> <name-or-serial>', 'revokes client certificates').action(
    (authority: string, which: string) => {
      work = (context) => revokeLogins(context, authority, which)
    },
  )
  add('recipients', 'lists who can read the secrets, and who is new in recipients.txt')
    .option('--accept', 'encrypt the secrets for everybody in recipients.txt', false)
    .action(({ accept }: { accept: boolean }) => {
      work = (context) => showRecipients(context, accept)
    })
  add('trust', 'uses this store from now on, although it is not the one that you used here before').action(
    () => {
      trust = true
      work = trustStore
    },
  )
  add('edit', 'opens all secrets in $EDITOR').action(() => void (work = editSecrets))
  if (!parsed(command, argv) || work === undefined) return 0
  const { inventory, sshConfig } = command.opts<{ inventory?: string; sshConfig?: string }>()
  const ssh = sshConfig ?? (process.env['RUN_PLAYBOOK_SSH_CONFIG'] || undefined)
  const { env } = process
  const file = inventoryPath(inventory)
  const known = surroundings(file, { inventory, sshConfig: ssh }, env)
  const places = placesIn(findStateDir(file, ssh, env), env, homedir(), known)
  const opened = await open(places, trust)
  if (opened.locked !== undefined) throw opened.locked
  return work({ places, opened, session })
}

/** A store may be there before its inventory. */
function inventoryPath(file: string | undefined): string {
  if (file !== undefined) return findInventory(file)
  try {
    return findInventory()
  } catch {
    return join(projectRoot(), 'inventory.ts')
  }
}
