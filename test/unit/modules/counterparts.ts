/** What a module is in Ansible, and where its table of behaviours is. Files are below test/unit/modules. */
export interface Counterpart {
  /** The full name of Ansible's module. Those of `ansible.builtin` are in ansible-core, which tests can run. */
  readonly ansible: string
  /** Behaviours of Ansible's module with ours beside them: data, or a test with the data in it. */
  readonly table: string
  /** The test that runs the table. @default `table` */
  readonly test?: string
  /** Why a module of ansible-core is not run by the test too. */
  readonly notCompared?: string
}

/** A module without a counterpart, and why. */
export interface Alone {
  readonly alone: string
}

/** Of ansible-core: the test runs both. */
const core = (name: string, table: string, test = table): Counterpart => ({
  ansible: `ansible.builtin.${name}`,
  table,
  test,
})
/** Of a collection, which ansible-core does not bring: what is known of it is written down. */
const other = (ansible: string, table: string, test = table): Counterpart => ({ ansible, table, test })
const needsSystemd = 'it is an action: what counts is whether the service runs anew, which takes a systemd'
const needsEngine = (module: string): string => `community.docker.${module}`

/** Every module of docs/modules.md. */
export const COUNTERPARTS: Readonly<Record<string, Counterpart | Alone>> = {
  acl: other('ansible.posix.acl', 'files/acl-cases.ts', 'files/acl.test.ts'),
  apkRepository: { alone: 'users of Ansible write /etc/apk/repositories with lineinfile' },
  aptPin: { alone: 'users of Ansible write a file into /etc/apt/preferences.d with copy' },
  aptRepository: core(
    'apt_repository',
    'packages/apt-repository-cases.ts',
    'packages/apt-repository.test.ts',
  ),
  archive: other('community.general.archive', 'files/archive-cases.ts', 'files/archive.test.ts'),
  assert: core('assert', 'control/says-cases.ts', 'control/says.test.ts'),
  authorizedKey: other(
    'ansible.posix.authorized_key',
    'system/authorized-key-cases.ts',
    'system/authorized-key.test.ts',
  ),
  blockinfile: core('blockinfile', 'files/blockinfile.test.ts'),
  command: core('command', 'commands/command-cases.ts', 'commands/behaviours.test.ts'),
  copy: core('copy', 'files/copy-cases.ts', 'files/copy-behaviours.test.ts'),
  copyTree: core('copy', 'files/copy-tree-cases.ts', 'files/copy-tree.test.ts'),
  cron: core('cron', 'system/cron-cases.ts', 'system/cron.test.ts'),
  debconf: core('debconf', 'packages/debconf.test.ts'),
  debug: core('debug', 'control/says-cases.ts', 'control/says.test.ts'),
  dnfRepository: core(
    'yum_repository',
    'packages/dnf-repository-cases.ts',
    'packages/dnf-repository.test.ts',
  ),
  docker: other(needsEngine('docker_container'), 'docker/container.test.ts'),
  'docker.exec': other(needsEngine('docker_container_exec'), 'docker/exec.test.ts'),
  'docker.image': other(needsEngine('docker_image'), 'docker/image.test.ts'),
  'docker.network': other(needsEngine('docker_network'), 'docker/others.test.ts'),
  'docker.volume': other(needsEngine('docker_volume'), 'docker/others.test.ts'),
  'docker.restart': other(needsEngine('docker_container'), 'docker/others.test.ts'),
  'docker.compose': other(needsEngine('docker_compose_v2'), 'docker/compose.test.ts'),
  'facts.os': core('setup', 'facts/setup-cases.ts', 'facts/behaviours.test.ts'),
  'facts.network': core('setup', 'facts/setup-cases.ts', 'facts/behaviours.test.ts'),
  'facts.memory': core('setup', 'facts/setup-cases.ts', 'facts/behaviours.test.ts'),
  'facts.disks': core('setup', 'facts/setup-cases.ts', 'facts/behaviours.test.ts'),
  'facts.services': core('service_facts', 'facts/behaviours.test.ts'),
  'facts.packages': core('package_facts', 'facts/behaviours.test.ts'),
  fail: core('fail', 'control/says-cases.ts', 'control/says.test.ts'),
  fetch: core('fetch', 'files/fetch-cases.ts', 'files/fetch.test.ts'),
  file: core('file', 'files/file-cases.ts', 'files/file-behaviours.test.ts'),
  find: core('find', 'files/find-cases.ts', 'files/find.test.ts'),
  getUrl: core('get_url', 'files/get-url-cases.ts', 'files/get-url-behaviours.test.ts'),
  git: core('git', 'source/git-cases.ts', 'source/git-behaviours.test.ts'),
  hostname: core('hostname', 'system/hostname.test.ts'),
  hostsEntry: core('lineinfile', 'system/hosts-entry.test.ts'),
  iniFile: other('community.general.ini_file', 'files/ini-file.test.ts'),
  jsonFile: { alone: 'users of Ansible write the whole file with template' },
  kernelModule: other('community.general.modprobe', 'system/kernel-module.test.ts'),
  knownHost: core('known_hosts', 'system/known-host-cases.ts', 'system/known-host.test.ts'),
  limits: other('community.general.pam_limits', 'system/limits.test.ts'),
  lineinfile: core('lineinfile', 'files/lineinfile.test.ts'),
  locale: other('community.general.locale_gen', 'system/locale.test.ts'),
  mount: other('ansible.posix.mount', 'system/mount-cases.ts', 'system/mount.test.ts'),
  nftables: { alone: 'users of Ansible write /etc/nftables.conf with template' },
  npm: other('community.general.npm', 'packages/npm.test.ts'),
  packages: core('apt', 'packages/packages-cases.ts', 'packages/packages-behaviours.test.ts'),
  pam: other('community.general.pamd', 'system/pam-cases.ts', 'system/pam.test.ts'),
  pause: {
    ...core('pause', 'control/wait-for.test.ts'),
    notCompared: 'all that both do is to wait: how long is not asserted',
  },
  reboot: {
    ...core('reboot', '../engine/reboot.test.ts'),
    notCompared: 'it would reboot the machine of the tests',
  },
  replace: core('replace', 'files/replace.test.ts'),
  service: core('systemd', 'services/service-cases.ts', 'services/service-behaviours.test.ts'),
  serviceReload: {
    ...core('systemd', 'services/service-cases.ts', 'services/service.test.ts'),
    notCompared: needsSystemd,
  },
  serviceRestart: {
    ...core('systemd', 'services/service-cases.ts', 'services/service.test.ts'),
    notCompared: needsSystemd,
  },
  shell: core('shell', 'commands/shell-cases.ts', 'commands/behaviours.test.ts'),
  sshKeypair: other(
    'community.crypto.openssh_keypair',
    'system/ssh-keypair-cases.ts',
    'system/ssh-keypair.test.ts',
  ),
  sshdConfig: { alone: 'users of Ansible change /etc/ssh/sshd_config with lineinfile' },
  sudoers: other('community.general.sudoers', 'system/sudoers.test.ts'),
  swap: { alone: 'users of Ansible run mkswap and swapon with command' },
  seboolean: other('ansible.posix.seboolean', 'system/semanage-cases.ts', 'system/semanage.test.ts'),
  sefcontext: other('community.general.sefcontext', 'system/semanage-cases.ts', 'system/semanage.test.ts'),
  selinux: other('ansible.posix.selinux', 'system/selinux-cases.ts', 'system/selinux.test.ts'),
  seport: other('community.general.seport', 'system/semanage-cases.ts', 'system/semanage.test.ts'),
  sysctl: other('ansible.posix.sysctl', 'system/sysctl-cases.ts', 'system/sysctl.test.ts'),
  systemdUnit: { alone: 'users of Ansible write unit files with copy or template' },
  tempfile: core('tempfile', 'files/tempfile.test.ts'),
  template: core('template', 'files/template-cases.ts', 'files/template-behaviours.test.ts'),
  timezone: other('community.general.timezone', 'system/timezone.test.ts'),
  ufw: other('community.general.ufw', 'network/ufw-cases.ts', 'network/ufw.test.ts'),
  unarchive: core('unarchive', 'files/unarchive-ansible.test.ts'),
  uri: core('uri', 'network/uri-cases.ts', 'network/uri.test.ts'),
  user: core('user', 'system/user-cases.ts', 'system/accounts-behaviours.test.ts'),
  userGroup: core('group', 'system/group-cases.ts', 'system/accounts-behaviours.test.ts'),
  waitFor: core('wait_for', 'control/wait-for-cases.ts', 'control/wait-for.test.ts'),
  wireguard: { alone: 'no collection of Ansible has such a module' },
  yamlFile: { alone: 'users of Ansible write the whole file with template' },
}
