#!/usr/bin/env bash
# Each format over the demonstration's zone and over hostile records: octet by octet as kept in format/, and as its readers want it,
# by their schema where there is one. UPDATE=1 keeps what comes out instead; look at the difference before it is committed.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-formats.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
formats=(sarif junit github gitlab csv markdown html nagios prometheus)
theirs=${AUTHCHECK_SHARED:+$AUTHCHECK_SHARED/schema}

ok() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }
# what command...: it must succeed, and what it says is shown where it does not
holds() {
	local what=$1
	shift
	if "$@" >"$work/said" 2>&1; then ok; else
		fail "$what"
		head -n 40 "$work/said"
	fi
}

# What the tables and the page say by themselves is not kept here: all rules of SARIF, the style and the script of HTML, the time.
kept() { # format file
	case $1 in
	sarif) sed -e '/^\],"tool":/c\]...' "$2" ;;
	html) sed -e '/<style>/,/<\/style>/c\...' -e '/<script>/,/<\/script>/c\...' -e 's/sha256-[^'\'']*/sha256-.../g' "$2" ;;
	prometheus) sed -E 's/^(authcheck_duration_seconds.*\}) .*/\1 0/' "$2" ;;
	*) cat "$2" ;;
	esac
}

golden() { # name format file
	local file=tests/golden/format/$1.$2
	kept "$2" "$3" >"$work/kept"
	if [ -n "${UPDATE:-}" ]; then
		cp "$work/kept" "$file"
	else
		holds "$file" diff -u "$file" "$work/kept"
	fi
}

xsd() { holds "$2: $1" xmllint --noout --schema "$1" "$2"; }

python=python3
$python -c 'import jsonschema' 2>/dev/null || python=/usr/bin/python3
schema() { $python -c 'import jsonschema' 2>/dev/null; }

check() { # format file
	local schemas=()
	case $1 in
	sarif)
		schemas=(tests/schema/sarif-2.1.0.json)
		[ ! -e "$theirs/sarif-schema-2.1.0.json" ] || schemas+=("$theirs/sarif-schema-2.1.0.json")
		;;
	gitlab) schemas=(tests/schema/gitlab-codequality.json) ;;
	junit)
		xsd tests/schema/junit.xsd "$2"
		[ ! -e "$theirs/junit-10.xsd" ] || xsd "$theirs/junit-10.xsd" "$2"
		;;
	prometheus)
		# shellcheck disable=SC2016
		! command -v promtool >/dev/null || holds "$2: promtool" bash -c 'promtool check metrics <"$1"' - "$2"
		;;
	esac
	holds "$2: $1" $python tests/golden/formats_check.py "$1" "$2" ${schemas[@]+"${schemas[@]}"}
}

schema || { echo 'skipped: there is no jsonschema for python3 (make deps)'; exit 77; }
[ -e "$theirs/sarif-schema-2.1.0.json" ] || skip 'there is no schema/sarif-schema-2.1.0.json of OASIS'
[ -e "$theirs/junit-10.xsd" ] || skip "there is no schema/junit-10.xsd of Jenkins' xunit plugin"

for name in hostile markup; do
	cat fixtures/audit/base.tape "tests/golden/$name.tape" >"$work/$name.tape"
done

for format in "${formats[@]}"; do
	"$authcheck" --offline --zone fixtures/zone/demo.zone --format "$format" >"$work/demo.$format"
	"$authcheck" --replay "$work/hostile.tape" --selector sel1 --discover none --format "$format" example.com >"$work/hostile.$format"
	"$authcheck" --replay "$work/markup.tape" --selector sel1 --discover none --format "$format" example.com >"$work/markup.$format"
	for name in demo hostile markup; do
		[ "$name" = hostile ] || golden "$name" "$format" "$work/$name.$format"
		check "$format" "$work/$name.$format"
	done
	# a frame around many, and around one without a finding; all that -v adds
	"$authcheck" --offline --zone fixtures/zone/demo.zone -v --format "$format" >"$work/verbose.$format"
	check "$format" "$work/verbose.$format"
	"$authcheck" --offline --zone fixtures/zone/demo.zone -q --format "$format" parked.pelican-press.example >"$work/clean.$format"
	[ "$format" = github ] || check "$format" "$work/clean.$format"
done
[ -s "$work/clean.github" ] && fail 'github: a clean domain has an annotation'

# Fingerprints outlive a moved line, and a change elsewhere in the record.
prints() { $python -c 'import json, sys
for r in json.load(sys.stdin)["runs"][0]["results"]: print(r["partialFingerprints"]["authcheck/1"])' | sort; }
{ printf '; a line more\n\n'; sed 's/v=DMARC1; p=reject; sp/v=DMARC1; p=quarantine; sp/' fixtures/zone/demo.zone; } >"$work/moved.zone"
prints <"$work/demo.sarif" >"$work/before"
"$authcheck" --offline --zone "$work/moved.zone" --format sarif | prints >"$work/after"
holds 'fingerprints outlive a moved line' diff "$work/before" "$work/after"

# Lines and files: a record at its line, what is missing at the first of the zone's, a name with a blank escaped.
mkdir "$work/a zone"
# shellcheck disable=SC2016
printf '%s\n' '$ORIGIN example.org.' '@ 300 SOA ns h 1 1 1 1 1' '@ 300 MX 10 mx' 'mx 300 A 192.0.2.1' >"$work/a zone/db"
(cd "$work" && "$authcheck" --offline --zone './a zone/db' --format sarif >"$work/none.sarif"
	"$authcheck" --offline --zone './a zone/db' --format github >"$work/none.github")
check sarif "$work/none.sarif"
holds 'sarif: what is missing is at line 1' grep -q '"ruleId":"spf-none".*"uri":"a%20zone/db"},"region":{"startLine":1}' "$work/none.sarif"
holds 'github: what is missing is at line 1' grep -q '^::[a-z]* file=a zone/db,line=1,title=example.org%3A .*\[spf-none\]' "$work/none.github"
holds 'sarif: what is live is at a dns: URI' grep -q '"uri":"dns:_dmarc.example.com?type=TXT"}}' "$work/hostile.sarif"

# A plugin's exit status: OK, WARNING, CRITICAL, UNKNOWN; and 3, not 2, for what is our own failure.
status() { # expected argument...
	local want=$1
	shift
	"$authcheck" --format nagios "$@" >"$work/nagios" 2>&1
	local got=$?
	if [ $got -eq "$want" ]; then ok; else
		fail "nagios: status $got, not $want: $*"
		cat "$work/nagios"
	fi
}
printf 'example.com TXT LOST servfail\n' >>"$work/lost.tape.part"
grep -v '^example.com TXT' fixtures/audit/base.tape | cat - "$work/lost.tape.part" >"$work/lost.tape"
replay=(--selector sel1 --discover none example.com)
status 0 --offline --zone fixtures/zone/demo.zone parked.pelican-press.example
holds 'nagios: OK' grep -q '^AUTHCHECK OK - parked' "$work/nagios"
status 2 --offline --zone fixtures/zone/demo.zone
status 0 --offline --zone fixtures/zone/demo.zone --fail-on never
status 3 --replay "$work/lost.tape" "${replay[@]}"
holds 'nagios: UNKNOWN' grep -q '^AUTHCHECK UNKNOWN - example.com: ' "$work/nagios"
status 3 --offline --zone "$work/nowhere"
status 3 --no-such-option
sed 's/ -all"/ ?all"/' fixtures/audit/base.tape >"$work/weak.tape"
status 1 --replay "$work/weak.tape" "${replay[@]}"
status 2 --replay "$work/weak.tape" --fail-on warning "${replay[@]}"

# All formats are told of, and one that is not known is refused with all of them.
"$authcheck" --help >"$work/help"
"$authcheck" --format no-such example.com >"$work/wrong" 2>&1
holds 'an unknown format is wrong usage' test $? -eq 2
for format in "${formats[@]}" text json ndjson; do
	holds "help: $format" grep -qE "(^| )$format(,|\$)" "$work/help"
	holds "complaint: $format" grep -qE "[ ,]$format(,|\$)" "$work/wrong"
	holds "man page: $format" grep -qwE "Cm $format|^.It Cm $format" doc/authcheck.1
done

# In a real browser: its script runs, though nothing else may, and no record has become an element.
if command -v chromium >/dev/null; then
	dom() { # page
		timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/browser" \
			--virtual-time-budget=2000 --dump-dom "file://$1" 2>"$work/browser.log"
	}
	dom "$work/demo.html" >"$work/dom"
	holds 'chromium: the script has run' grep -q '<output id="shown">3 of 3 shown</output>' "$work/dom"
	holds 'chromium: the controls are shown' grep -q '<p class="tools"><label>' "$work/dom"
	holds 'chromium: columns sort' grep -q '<th scope="col"><button type="button">Score</button></th>' "$work/dom"
	dom "$work/markup.html" >"$work/dom"
	holds 'chromium: a record is text' test "$(grep -cE '<(img|script)' "$work/dom")" = 1
	# a hand on the controls: without the policy, which would forbid this script as any other
	sed -e '/Content-Security-Policy/d' -e 's#^</body>#<script>document.querySelectorAll("thead button")[2].click();\
		document.getElementById("filter").value = "spf-multiple"; document.getElementById("filter").dispatchEvent(new Event("input"));</script></body>#' \
		"$work/demo.html" >"$work/hand.html"
	dom "$work/hand.html" >"$work/dom"
	holds 'chromium: sorted by score' grep -q '<th scope="col" aria-sort="ascending"><button type="button">Score' "$work/dom"
	holds 'chromium: filtered' grep -q '<output id="shown">1 of 3 shown</output>' "$work/dom"
	order=$(grep -o '<tr data-for="d[0-9]*"' "$work/dom" | tr -cd '0-9\n' | tr '\n' ' ')
	holds "chromium: the order is $order" test "$order" = '0 1 2 '
else
	skip 'there is no chromium'
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
