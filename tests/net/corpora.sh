#!/usr/bin/env bash
# Every zone of the corpora, audited offline under the sanitizers: no crash, valid JSON, the same bytes on a second run.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
zones=${AUTHCHECK_SHARED:-../shared}/corpora/zones
changes=${AUTHCHECK_SHARED:-../shared}/corpora/changes
python=/usr/bin/python3
[ -d "$zones" ] || { echo 'skipped: the corpora are not here'; exit 77; }
authcheck=${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-zones.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }

audit() { # FILE ORIGIN
	"$authcheck" --offline --discover short --zone "$1" --origin "$2" --format ndjson 2>"$work/err" | sed -E 's/"elapsed_ms":[0-9]+//'
	return "${PIPESTATUS[0]}"
}
for file in "$zones"/*.zone; do
	origin=$(basename "$file" .zone)
	audit "$file" "$origin" >"$work/one"
	status=$?
	case $status in
	0 | 1 | 3) ;;
	*) fail "$origin: exit status $status: $(head -n 1 "$work/err")"; continue ;;
	esac
	audit "$file" "$origin" >"$work/two"
	cmp -s "$work/one" "$work/two" || { fail "$origin: a second run says something else"; continue; }
	sed 's/,}/}/; s/{,/{/; s/,,/,/' "$work/one" | $python -c 'import json, sys; [json.loads(l) for l in sys.stdin]' 2>/dev/null ||
		{ fail "$origin: no valid JSON"; continue; }
	passed=$((passed + 1))
done
# What people commit is not always a zone that a name server takes: it is audited as far as it goes.
for file in "$changes"/*/before.zone "$changes"/*/after.zone; do
	[ -e "$file" ] || continue
	"$authcheck" --offline --discover none --zone "$file" --format ndjson >"$work/one" 2>"$work/err"
	status=$?
	case $status in
	0 | 1 | 3) passed=$((passed + 1)) ;;
	*) fail "$file: exit status $status: $(head -n 3 "$work/err")" ;;
	esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
