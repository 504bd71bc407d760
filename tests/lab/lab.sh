#!/usr/bin/env bash
# `make lab`: see lab.py. Status 77: what it needs is not here.
set -u
cd "${SRCDIR:-$(dirname "${BASH_SOURCE[0]}")/../..}" || exit 2
export PATH=$PATH:/usr/sbin:/sbin
skip() { echo "skipped: $*"; exit 77; }

[ "$(id -u)" -eq 0 ] || skip 'the lab runs as root (Postfix is several users), in namespaces of its own'
for program in unshare ip knotd opendkim opendmarc policyd-spf openssl /usr/lib/postfix/sbin/master; do
	command -v "$program" >/dev/null || skip "$program is missing: build-aux/deps.sh lab"
done
/usr/bin/python3 -c 'import dkim' 2>/dev/null || skip 'python3-dkim is missing: build-aux/deps.sh lab'
unshare --net --mount --pid --fork --kill-child --mount-proc true 2>/dev/null || skip 'no namespaces are to be had here'

work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-lab.XXXXXX")
chmod 755 "$work" # daemons that are no longer root read there
trap 'rm -rf "$work"' EXIT
unshare --net --mount --pid --fork --kill-child --mount-proc /usr/bin/python3 tests/lab/lab.py --work "$work" "$@"
status=$?
if [ "$status" -ne 0 ] && [ -n "${LAB_KEEP:-}" ]; then
	trap - EXIT
	echo "configurations and logs: $work"
fi
exit "$status"
