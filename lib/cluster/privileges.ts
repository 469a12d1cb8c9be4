/**
 * What a container of the image can do as root, with `docker` as with `docker run`: give files to postgres, work in folders that are
 * postgres's, stop postgres's processes, and become postgres. PostgreSQL itself has none of these. No program of the image can get
 * more by its setuid bit.
 *
 * @example docker('postgres', { name: 'postgres', image, ...PRIVILEGES })
 */
export const PRIVILEGES = {
  capDrop: ['ALL'],
  capAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'],
  securityOpt: ['no-new-privileges'],
} as const

/** {@link PRIVILEGES} as options of `docker run`. */
export const PRIVILEGE_OPTIONS: string = [
  ...PRIVILEGES.capDrop.map((name) => `--cap-drop=${name}`),
  ...PRIVILEGES.capAdd.map((name) => `--cap-add=${name}`),
  ...PRIVILEGES.securityOpt.map((option) => `--security-opt=${option}`),
].join(' ')
