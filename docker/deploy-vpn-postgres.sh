# shellcheck shell=sh
# For those who have a deploy-vpn.sh: adds its `postgres` command. Source this file in it and call the function:
#
#     . path/to/run-playbook/docker/deploy-vpn-postgres.sh
#     case $1 in
#       postgres) shift; deploy_vpn_postgres "$@" ;;
#
# Then:
#
#     deploy-vpn.sh postgres deploy             the cluster, or whatever of it is missing
#     deploy-vpn.sh postgres status             how every node is
#     deploy-vpn.sh postgres backup
#     deploy-vpn.sh postgres restore -e target-time='2026-11-22 14:02:00+00'
#     deploy-vpn.sh postgres promote -e to=node-b
#
# Further arguments go to run-playbook: `deploy-vpn.sh postgres deploy --check`. RUN_PLAYBOOK_PROJECT is the folder with
# inventory.ts; without it the current one.

# usage: deploy_vpn_postgres deploy|status|backup|restore|promote [OPTION…]
deploy_vpn_postgres() {
  case ${1:-} in
    deploy) set -- site "$@" ;;
    status | backup | restore | promote) set -- "$1" "$@" ;;
    *)
      echo "usage: deploy-vpn.sh postgres deploy|status|backup|restore|promote [OPTION…]" >&2
      return 1
      ;;
  esac
  deploy_vpn_playbook=$1
  shift 2
  # The VPN is there already: it is never touched, only checked.
  (cd "${RUN_PLAYBOOK_PROJECT:-.}" && npx run-playbook "$deploy_vpn_playbook" -e overlay=external "$@")
}
