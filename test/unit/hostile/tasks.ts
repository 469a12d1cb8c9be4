import { join } from 'node:path'
import { Secret } from '../../../lib/core/secret.ts'
import {
  acl,
  apkRepository,
  aptPin,
  aptRepository,
  archive,
  authorizedKey,
  blockinfile,
  command,
  copy,
  copyTree,
  cron,
  debconf,
  dnfRepository,
  docker,
  facts,
  fetch,
  file,
  find,
  getUrl,
  git,
  hostname,
  hostsEntry,
  iniFile,
  jsonFile,
  kernelModule,
  knownHost,
  limits,
  lineinfile,
  locale,
  mount,
  npm,
  nftables,
  packages,
  pam,
  reboot,
  replace,
  service,
  serviceRestart,
  shell,
  sshdConfig,
  sudoers,
  swap,
  sysctl,
  systemdUnit,
  tempfile,
  timezone,
  ufw,
  unarchive,
  uri,
  user,
  userGroup,
  waitFor,
  wireguard,
  yamlFile,
} from '../../../lib/modules/index.ts'
import { type Asking, ofTask } from './asking.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS'
const PLAIN = 'rp-module-test-plain'
const BIND = { fstype: 'none', opts: 'bind' }

/** Tasks of all modules that ask a host something, each as it is written in a playbook. `root` is a folder made by `prepare`. */
export function tasksIn(root: string): Readonly<Record<string, () => Asking>> {
  const at = (name: string): string => join(root, name)
  const none = `sha512:${'0'.repeat(128)}`
  const url = 'http://127.0.0.1:1/'
  const tasks = {
    acl: () => acl('x', { path: root, etype: 'user', entity: 'daemon', permissions: 'rX', recursive: true }),
    file: () => file('x', { path: at('folder'), state: 'directory', mode: '0750', owner: 'root' }),
    link: () => file('x', { path: at('link'), state: 'link', target: '/etc' }),
    emptied: () => file('x', { path: at('folder'), state: 'absent' }),
    copy: () =>
      copy('x', { dest: at('file'), content: 'wanted\n', mode: '0600', group: 'root', backup: true }),
    copyTree: () =>
      copyTree('x', {
        src: at('sent'),
        dest: at('folder'),
        owner: 'daemon',
        delete: true,
        exclude: ['*.log'],
      }),
    lineinfile: () => lineinfile('x', { path: at('file'), line: 'a = 1', regexp: /^a\b/ }),
    blockinfile: () => blockinfile('x', { path: at('file'), block: 'a\nb' }),
    replace: () => replace('x', { path: at('file'), regexp: /b+/, replace: 'c' }),
    iniFile: () => iniFile('x', { path: at('file.ini'), section: 's', option: 'o', value: 'v' }),
    jsonFile: () => jsonFile('x', { path: at('file.json'), values: { a: { b: 1 } } }),
    yamlFile: () => yamlFile('x', { path: at('file.yaml'), values: { a: { b: 1 } } }),
    authorizedKey: () => authorizedKey('x', { user: 'daemon', key: KEY }),
    cron: () => cron('x', { name: 'a', minute: 0, job: 'true', user: 'daemon' }),
    cronFile: () => cron('x', { name: 'a', minute: 0, job: 'true', user: 'daemon', cronFile: at('file') }),
    fetch: () => fetch('x', { src: at('file'), dest: at('fetched') }),
    find: () =>
      find('x', { paths: root, patterns: ['f*', /c/], fileType: 'any', recurse: true, checksum: true }),
    findText: () => find('x', { paths: at('folder'), contains: 'a|b', age: '-1d', mode: '0644' }),
    archive: () =>
      archive('x', { path: at('folder'), dest: at('made.tar.gz'), exclusionPatterns: ['*.log'] }),
    getUrl: () => getUrl('x', { url, dest: at('file'), checksum: none }),
    getUrlForce: () => getUrl('x', { url, dest: at('file'), checksum: 'none', force: true }),
    git: () => git('x', { repo: at('repo'), dest: at('repo'), version: 'main' }),
    gitBare: () => git('x', { repo: at('repo'), dest: at('repo/.git'), bare: true }),
    gitBeside: () =>
      git('x', { repo: at('repo'), dest: at('repo'), archive: at('made.tar'), reference: at('repo') }),
    hostname: () => hostname('x', { name: 'rp-other' }),
    kernelModule: () => kernelModule('x', { name: 'dummy', params: 'a=1' }),
    knownHost: () => knownHost('x', { name: 'web', key: KEY, path: at('file'), hashed: true }),
    knownHostOfUser: () => knownHost('x', { name: 'web', key: KEY, user: 'daemon' }),
    hostsEntry: () => hostsEntry('x', { address: '10.0.0.5', names: ['web'], path: at('file') }),
    limits: () => limits('x', { domain: 'app', type: '-', item: 'nproc', value: 9, path: at('file') }),
    locale: () => locale('x', { name: 'de_DE.UTF-8' }),
    mount: () => mount('x', { path: '/', src: '/dev/vda1', fstype: 'ext4', opts: 'ro', state: 'ephemeral' }),
    mountBind: () =>
      mount('x', { ...BIND, path: '/proc', src: '/proc', state: 'mounted', fstab: at('file') }),
    apkRepository: () => apkRepository('x', { url: '/srv/apk', tag: 'x', file: at('file') }),
    aptPin: () => aptPin('x', { name: 'x', packages: 'x', pin: 'version 1', priority: 1 }),
    aptRepository: () => aptRepository('x', { name: 'x', uris: 'file:/x', suites: './', signedBy: '/x.asc' }),
    debconf: () => debconf('x', { name: 'locales', question: 'locales/x', type: 'string', value: 'x' }),
    debconfSecret: () =>
      debconf('x', { name: 'app', question: 'a/b', type: 'password', value: new Secret('x', 'a') }),
    npm: () => npm('x', { name: 'leaf', path: root }),
    npmGlobal: () => npm('x', { name: 'leaf', global: true, version: '1.0.0' }),
    npmFolder: () => npm('x', { path: root, state: 'latest' }),
    dnfRepository: () =>
      dnfRepository('x', { name: 'x', description: 'x', baseurl: 'https://x/', reposdir: root }),
    pam: () =>
      pam('x', {
        path: at('file'),
        type: 'auth',
        control: 'required',
        modulePath: 'pam_x.so',
        moduleArguments: ['a'],
      }),
    dockerExec: () => docker.exec('x', { container: 'web', argv: ['true'], creates: '/x' }),
    dockerExecReads: () => docker.exec('x', { container: 'web', argv: ['true'], changes: false }),
    nftables: () => nftables('x', { table: 'x', content: 'chain a {\n}' }),
    nftablesAbsent: () => nftables('x', { table: 'x', state: 'absent' }),
    packages: () => packages('x', { names: ['dash', 'not-there'] }),
    packagesLatest: () => packages('x', { names: ['dash'], state: 'latest' }),
    service: () => service('x', { name: 'cron.service', state: 'started', enabled: true }),
    serviceRestart: () => serviceRestart('x', { name: 'docker.service' }),
    command: () => command('x', { argv: ['true'], creates: at('none') }),
    shell: () => shell('x', { script: 'true', unless: `[ -e ${at('none')} ]` }),
    sudoers: () => sudoers('x', { name: 'x', user: 'app', commands: ['/bin/x'], sudoersPath: root }),
    sshdConfig: () =>
      sshdConfig('x', {
        options: { PermitRootLogin: 'no' },
        match: [{ criteria: 'User x', options: { PermitTTY: 'no' } }],
      }),
    swap: () => swap('x', { path: at('none'), size: '1m', fstab: at('file') }),
    swapOver: () => swap('x', { path: at('file'), size: '1m', fstab: at('file') }),
    sysctl: () => sysctl('x', { name: 'net.ipv4.ip_forward', value: 1, file: at('file') }),
    systemdUnit: () => systemdUnit('x', { name: 'rp-x@.service', content: '[Service]\n' }),
    systemdDropIn: () => systemdUnit('x', { name: 'cron', dropIn: 'rp-x', content: '[Service]\n' }),
    tempfile: () => tempfile('x', { path: root, prefix: 'a', suffix: 'b' }),
    timezone: () => timezone('x', { name: 'Europe/Berlin' }),
    ufw: () => ufw('x', { rule: 'allow', toPort: 22, proto: 'tcp', comment: 'x' }),
    unarchive: () => unarchive('x', { src: at('a.zip'), remoteSrc: true, dest: root, creates: at('none') }),
    uri: () => uri('x', { url, returnContent: true, contains: 'a' }),
    uriPost: () => uri('x', { url, method: 'POST', creates: at('none') }),
    user: () =>
      user('x', {
        name: 'daemon',
        groups: ['bin'],
        comment: 'x',
        shell: '/bin/false',
        passwordExpireMax: 60,
      }),
    newUser: () => user('x', { name: 'rp-not-there', system: true }),
    userGroup: () => userGroup('x', { name: 'rp-not-there' }),
    reboot: () => reboot('x', { ifNeeded: true }),
    waitForPort: () => waitFor('x', { port: 1, searchRegex: /a(b)/ }),
    waitForNobody: () => waitFor('x', { port: 1, host: '::1', state: 'drained', excludeHosts: ['::2'] }),
    waitForText: () => waitFor('x', { path: at('file'), searchRegex: /b/ }),
    waitForProcess: () => waitFor('x', { process: /x y/, state: 'absent' }),
    wireguard: () =>
      wireguard('x', {
        interface: 'wg9',
        privateKey: new Secret('overlay', 'gHWNhZDzR4Hpc8yqTFBl3LhGcbbJc3bCVEMMtcGvjUY='),
        address: '10.88.0.11/24',
        peers: [],
      }),
    dockerCompose: () => docker.compose('x', { folder: root, state: 'absent', removeVolumes: true }),
    docker: () =>
      docker('x', {
        name: PLAIN,
        image: 'rp-module-test:2',
        volumes: [{ source: '/srv', target: '/s' }],
        adopt: true,
      }),
    dockerAbsent: () => docker('x', { name: PLAIN, state: 'absent', adopt: true }),
    dockerImage: () => docker.image('x', { name: 'rp-module-test:1', state: 'absent' }),
    dockerNetwork: () => docker.network('x', { name: 'rp-module-test-n', internal: false, adopt: true }),
    dockerVolume: () => docker.volume('x', { name: 'rp-module-test-v', state: 'absent', adopt: true }),
    dockerRestart: () => docker.restart('x', { name: PLAIN }),
  }
  const host = Object.entries(facts).map(
    ([name, fact]) => [`facts.${name}`, () => ofTask(fact('x'))] as const,
  )
  const made = Object.entries(tasks).map(([name, task]) => [name, () => ofTask(task())] as const)
  return Object.fromEntries<() => Asking>([...made, ...host])
}
