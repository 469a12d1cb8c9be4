import { PODMAN_SCRIPT } from '../../modules/docker/shared/podman.ts'

/** Container engines that have a command named `docker`, and that the cluster does not run on. */
export interface EngineFact {
  /** In words: `Podman (the command docker is podman)`. Undefined for Docker's engine that runs as root, and for none. */
  readonly otherEngine: string | undefined
}

/**
 * POSIX sh: what `docker` on this node is. Docker of a snap sees other folders than the node does; a rootless one belongs to an account,
 * and to root it looks as if there was none; Podman answers differently.
 */
export const ENGINE_SCRIPT = `
  ${PODMAN_SCRIPT}
  engine() {
    client=$(command -v docker) || client=
    target=$(readlink -f "$client" 2>/dev/null) || target=$client
    case $client:$target in
      /snap/*:* | *:*/snap) echo "Docker of a snap ($client)"; return ;;
    esac
    podman=$(podman_behind)
    if [ -n "$podman" ]; then echo "Podman ($podman)"; return; fi
    said=
    if [ -n "$client" ]; then
      limit=
      ! command -v timeout >/dev/null || limit='timeout -s KILL 15'
      said=$($limit docker info --format '{{.DockerRootDir}} {{.SecurityOptions}}' 2>/dev/null; $limit docker version \\
        --format '{{range .Server.Components}}{{.Name}} {{end}}' 2>/dev/null)
    fi
    case $said in
      *Podman*) echo 'Podman (it answers on the socket of Docker)' ;;
      /var/snap/*) echo 'Docker of a snap' ;;
      *name=rootless*) echo 'rootless Docker' ;;
      /var/lib/docker*) ;;
      # The data of a snap may be in a folder of the operator's choice.
      /*) ! ls -l /proc/[0-9]*/exe 2>/dev/null | grep -q ' /snap/docker/' || echo 'Docker of a snap' ;;
      *) for socket in /run/user/*/docker.sock; do
          [ -S "$socket" ] || continue
          echo "rootless Docker ($socket)"
          return
        done ;;
    esac
  }
  engine=$(engine)
  [ -z "$engine" ] || echo "otherEngine $engine"`

export const parseEngine = (found: ReadonlyMap<string, string>): EngineFact => ({
  otherEngine: found.get('otherEngine'),
})
