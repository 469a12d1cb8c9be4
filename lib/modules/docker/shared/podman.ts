/**
 * POSIX sh: a function that prints how `docker` leads to Podman, and nothing where it does not. Podman takes the same words and
 * answers otherwise. podman-docker installs a script or a link as the command, and makes Docker's socket a link to Podman's.
 */
export const PODMAN_SCRIPT = `podman_behind() {
  docker=$(command -v docker) || return 0
  target=$(readlink -f "$docker" 2>/dev/null) || target=$docker
  case $target in */podman) echo "$docker is podman"; return ;; esac
  if [ "$(head -c 2 "$docker")" = '#!' ] && grep -q podman "$docker"; then
    echo "$docker runs podman"
    return
  fi
  socket=\${DOCKER_HOST:-unix:///var/run/docker.sock}
  case $socket in unix://*) ;; *) return 0 ;; esac
  target=$(readlink -f "\${socket#unix://}" 2>/dev/null) || return 0
  case $target in */podman/*) echo "$socket leads to $target" ;; esac
}
`
