#!/usr/bin/env bash
# Whole reports, octet by octet, as they are kept in this folder: a change in how a report looks, or in a name of the JSON, is seen.
# UPDATE=1 keeps what comes out instead; look at the difference before it is committed.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-golden.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# The time a run takes is the only thing in a report that is not the same every time.
timeless() {
	sed -E -e 's/("elapsed_ms": ?)[0-9]+/\10/' -e 's/(questions in [0-9]+ steps, )[0-9]+ ms/\10 ms/'
}

# A line of NDJSON is kept with a field a line, so that two changes to it can be merged; not an octet is different otherwise.
fields() {
	sed -e 's/,"/,\n"/g' -e 's/},{/},\n{/g'
}

compare_lines() { # name expected got
	if [ "$2" -eq "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1: $3 lines, not $2"
	fi
}

compare() { # kept got
	if [ -n "${UPDATE:-}" ]; then
		cp "$2" "$1"
	elif diff -u "$1" "$2" >"$work/diff" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		cat "$work/diff"
	fi
}

# golden NAME TAPE ARGUMENT...: what comes out for example.com over base.tape and the lines of TAPE.
golden() {
	local name=$1 tape=$2
	shift 2
	cat fixtures/audit/base.tape "$tape" >"$work/tape"
	"$authcheck" --replay "$work/tape" --selector sel1 --discover none "$@" example.com 2>&1 | timeless >"$work/out"
	case $name in
	*.ndjson)
		compare_lines "$name" 1 "$(wc -l <"$work/out")"
		fields <"$work/out" >"$work/fields" && mv "$work/fields" "$work/out"
		;;
	esac
	compare "tests/golden/$name" "$work/out"
}

golden healthy.txt /dev/null
golden healthy-v.txt /dev/null -v
golden healthy.json /dev/null --format json
golden profile.txt tests/golden/profile.tape --profile bod-18-01 --profile ncsc --profile internet.nl
golden profile.json tests/golden/profile.tape --profile ncsc --format json
golden faulty.txt tests/golden/faulty.tape
golden faulty-q.txt tests/golden/faulty.tape -q
golden faulty-color.txt tests/golden/faulty.tape --color always
golden faulty.json tests/golden/faulty.tape --format json
golden hostile.txt tests/golden/hostile.tape
golden hostile.ndjson tests/golden/hostile.tape --format ndjson

"$authcheck" --offline --zone fixtures/zone/demo.zone 2>&1 | timeless >"$work/out"
compare tests/golden/zone.txt "$work/out"

# What README.md shows is what the program says, as far as it shows it.
sed -n '/^\$ \.\/authcheck --offline/,/^\.\.\.$/p' README.md | sed -e '1d' -e '$d' >"$work/readme"
"$authcheck" --offline --zone fixtures/zone/demo.zone pelican-press.example | head -n "$(wc -l <"$work/readme")" >"$work/out"
if [ -s "$work/readme" ] && diff -u "$work/readme" "$work/out"; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
	echo 'FAILED: README.md does not show what the program says'
fi

# No report sends a terminal anything but text and line feeds.
for file in tests/golden/*.txt tests/golden/*json; do
	case $file in *color*) continue ;; esac
	if LC_ALL=C grep -qP '[^\n -~]' "$file"; then
		failed=$((failed + 1))
		echo "FAILED: $file: a raw octet"
	else
		passed=$((passed + 1))
	fi
done

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
