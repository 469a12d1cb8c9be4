import type { ErrorCodes } from './error-code.ts'

/** The store of secrets. */
export const secrets = {
  E_SECRETS_BUSY: [
    'Another run holds the lock on the secrets.',
    'Wait until that run ends. If no other run is active, remove the lock file that the message names.',
  ],
  E_SECRETS_CONFLICT: [
    'The secret already exists, its value was set by hand, or another run stored it at the same time.',
    'Run the command again, or replace the secret with `--replace`.',
  ],
  E_SECRETS_DAMAGED: ['secrets.age is damaged.', 'Restore the file from version control.'],
  E_SECRETS_EDIT: [
    'The editor failed, or was closed without saving. Nothing was stored.',
    'Run `run-playbook secrets edit` again.',
  ],
  E_SECRETS_EMPTY: ['A secret has no value.', 'Give it a value, or unset its environment variable.'],
  E_SECRETS_IDENTITY: [
    'The age identity cannot be read.',
    'Set `RUN_PLAYBOOK_IDENTITY` to an identity file or to the key itself.',
  ],
  E_SECRETS_KIND: [
    'The value is not valid for this secret.',
    'Read the message; it says what the value must look like.',
  ],
  E_SECRETS_KNOWN: [
    'known_stores.json, which says which stores you use, is damaged.',
    'Remove the file that the message names.',
  ],
  E_SECRETS_LOCKED: [
    'secrets.age is not encrypted for your key.',
    'Ask a member of the team to add your public key to recipients.txt. If nobody can decrypt it any more, see docs/secrets.md.',
  ],
  E_SECRETS_MISSING: [
    'There is no secret of this name.',
    'Check the name; `run-playbook secrets list` lists all secrets.',
  ],
  E_SECRETS_NAME: ['The name of a secret is not valid.', 'Use lower-case words joined by dots or dashes.'],
  E_SECRETS_RECIPIENTS: ['A line of recipients.txt is not an age public key.', 'Correct or remove the line.'],
  E_SECRETS_REPLACED: [
    'secrets.age is not the store that you used in this place before: it was created anew.',
    'If a colleague created it anew, run `run-playbook secrets trust`. If nobody did, somebody else chose its values: take the old file back from version control.',
  ],
} as const satisfies ErrorCodes
