import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { runCli, project } from '../support/cli.ts'

/** As `ansible-doc -t keyword --list` of ansible-core has them, without what it marks as removed. */
const KEYWORDS =
  'action always any_errors_fatal args async become become_exe become_flags become_method become_user block changed_when check_mode collections connection debugger delay delegate_facts delegate_to diff environment fact_path failed_when force_handlers gather_facts gather_subset gather_timeout handlers hosts ignore_errors ignore_unreachable listen local_action loop loop_control max_fail_percentage module_defaults name no_log notify order poll port post_tasks pre_tasks register remote_user rescue retries roles run_once serial strategy tags tasks throttle timeout until vars vars_files vars_prompt when with_*'

/** As `ansible-playbook --help` has them. */
const OPTIONS =
  '--ask-vault-password --ask-vault-pass --become-password-file --become-pass-file --connection-password-file --conn-pass-file --flush-cache --force-handlers --list-hosts --list-tags --list-tasks --skip-tags --start-at-task --step --syntax-check --vault-id --vault-password-file --vault-pass-file --version -C --check -D --diff -K --ask-become-pass -M --module-path -e --extra-vars -f --forks -h --help -i --inventory --inventory-file -k --ask-pass -l --limit -t --tags -v --verbose --private-key --key-file --scp-extra-args --sftp-extra-args --ssh-common-args --ssh-extra-args -T --timeout -c --connection -u --user --become-method --become-user -b --become'

describe('the page for those who come from Ansible', () => {
  const page = readFileSync('docs/from-ansible.md', 'utf8')
  /** The rows of the table of a section: what is Ansible's, and what is ours. */
  const rows = (section: string): [string, string][] => {
    const text = page.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
    return [...text.matchAll(/^\| (`.*?) \|(?: [a-z, ]+ \|)? (.+) \|$/gm)].map(
      ([, theirs = '', ours = '']) => [theirs, ours],
    )
  }
  const lacking = (section: string, wanted: string): string[] => {
    const named = new Set(rows(section).flatMap(([theirs]) => theirs.match(/[\w*-]+/g) ?? []))
    return wanted.split(' ').filter((name) => !named.has(name))
  }

  it('has every keyword', () => assert.deepEqual(lacking('Keywords', KEYWORDS), []))

  it('has every option', () => assert.deepEqual(lacking('Options of ansible-playbook', OPTIONS), []))

  it('names options that there are', async () => {
    const own = project()
    const { stdout } = await runCli(own, ['--help'])
    own.remove()
    const options = rows('Options of ansible-playbook')
      .flatMap(([, ours]) => ours.match(/(?<=`)--?[a-z][a-z-]*(?=`)/g) ?? [])
      .filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(stdout))
    // Of exec alone, as the page says.
    assert.deepEqual(options, ['-b'])
  })
})
