#!/usr/bin/env bash
# Every zone of the corpora that is there as octoDNS keeps it, audited as it is: the findings are those of the BIND file made of it.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
corpora=${AUTHCHECK_SHARED:-../shared}/corpora
[ -d "$corpora/octodns" ] || { echo 'skipped: the corpora are not here'; exit 77; }
authcheck=${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-octodns.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/octodns" "$work/bind"
failed=0

audit() { # FILE OUT
	"$authcheck" --offline --discover short --zone "$1" --format ndjson >"$2" 2>"$work/err"
	case $? in
	0 | 1 | 3) ;;
	*) failed=$((failed + 1)); echo "FAILED: $1: $(head -n 1 "$work/err")" ;;
	esac
}
for file in "$corpora"/octodns/*.yaml; do
	origin=$(basename "$file" .yaml)
	audit "$file" "$work/octodns/$origin.ndjson"
	[ ! -e "$corpora/zones/$origin.zone" ] || audit "$corpora/zones/$origin.zone" "$work/bind/$origin.ndjson"
done
/usr/bin/python3 tests/net/octodns_compare.py "$work/octodns" "$work/bind" || failed=$((failed + 1))
[ $failed -eq 0 ]
