#!/usr/bin/env bash
# Every record of the corpora by itself under the sanitizers, its parser first and then a whole audit: no crash, a verdict for
# each, something said of each that is invalid, and the same bytes on a second run. Prints how many of each kind are valid, and
# what is said of them.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
records=${AUTHCHECK_SHARED:-../shared}/corpora/records.csv
[ -e "$records" ] || { echo 'skipped: the corpora are not here'; exit 77; }
driver=build/san/tests/net/records_driver
[ -x $driver ] || { echo "$driver is not there: run make tests"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-records.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }

for run in one two; do
	if "$driver" <"$records" >"$work/$run" 2>"$work/$run.err"; then pass; else
		fail "the driver's status is not 0: $(tail -n 5 "$work/$run.err")"
	fi
done
if cmp -s "$work/one" "$work/two"; then pass; else fail 'a second run says something else'; fi

# A line of the file is a record, but where a quotation holds line breaks.
records_in=$(awk 'NR > 1 { q += gsub(/"/, "\""); if (q % 2 == 0) n++ } END { print n }' "$records")
lines=$(awk -F '\t' 'NF == 6 && $2 ~ /^(valid|invalid|ignored)$/' "$work/one" | wc -l)
if [ "$records_in" -eq "$lines" ] && [ "$lines" -gt 0 ]; then pass; else fail "$lines verdicts for $records_in records"; fi

awk -F '\t' '
	{ n[$1]++; v[$1, $2]++; split($4, rule, " "); delete seen
	  for (i in rule) { sub(/@.*/, "", rule[i]); if (rule[i] != "-" && !(rule[i] in seen)) { seen[rule[i]]; said[$1 "\t" rule[i]]++ } } }
	END {
		printf "%-8s %7s %7s %7s %7s\n", "kind", "records", "valid", "invalid", "ignored"
		for (k in n) printf "%-8s %7d %7d %7d %7d\n", k, n[k], v[k, "valid"], v[k, "invalid"], v[k, "ignored"] | "sort"
		close("sort")
		for (s in said) { split(s, f, "\t"); if (f[2] !~ /^i:/) printf "%-8s %7d  %s\n", f[1], said[s], f[2] | "sort -k1,1 -k2,2nr" }
	}' "$work/one"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
