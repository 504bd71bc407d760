#!/usr/bin/env bash
# The replies and bounce messages of the corpus: who refused and why, against its labels. Where the text names no cause, "unknown" is as
# right as "other". Then the messages through the program: one report each, and mailboxes and folders.
set -u
corpus=${AUTHCHECK_SHARED:-/nonexistent}/corpora/bounces/replies.tsv
driver=${SRCDIR:-.}/build/san/tests/net/bounce_driver
dsn=${SRCDIR:-.}/build/san/tests/net/dsn_driver
program=${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}
passed=0 failed=0
[ -r "$corpus" ] || { echo 'skipped: no corpus of bounces'; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-bounces.XXXXXX")
trap 'rm -rf "$work"' EXIT

tail -n +2 "$corpus" | cut -f3 >"$work/replies"
"$driver" <"$work/replies" >"$work/got" || { echo 'FAILED: the driver'; echo '0 passed, 1 failed'; exit 1; }
# Two labels are Postfix where the text has Microsoft's own mark (AS16012611) or Rackspace's list; both are counted as misses.
paste <(tail -n +2 "$corpus") "$work/got" | awk -F'\t' '
	function known(label, title,   n, part, i) {
		n = split(label, part, "/")
		for (i = 1; i <= n; i++)
			if (index(tolower(title), tolower(part[i]))) return 1
		return (label == "Outlook.com" || label == "Exchange Online") && title ~ /^Microsoft/
	}
	$5 == "verbatim" {
		rows++
		if ($7 == $1 || ($7 == "unknown" && $1 == "other")) right++
		else print "cause: " $1 " is labelled, " $7 " was said: " $3
		if ($2 != "unknown") { shown++; if (known($2, $6)) who++; else print "receiver: " $2 " is labelled, " $6 " was said: " $3 }
	}
	END {
		printf "cause right in %d of %d rows, receiver in %d of %d\n", right, rows, who, shown
		bad = (right < 0.95 * rows) + (who < 0.95 * shown)
		exit bad > 0
	}' && passed=$((passed + 1)) || failed=$((failed + 1))

folder=$(dirname "$corpus")
tail -n +2 "$folder/labels.tsv" | cut -f1 | sed "s#^#$folder/#" | xargs "$dsn" >"$work/got" || { echo 'FAILED: the driver for messages'; failed=$((failed + 1)); }
paste <(tail -n +2 "$folder/labels.tsv") "$work/got" | awk -F'\t' '
	$5 != "" {
		rows++
		if ($7 == $5 || ($7 == "unknown" && $5 == "other")) right++
		else print "cause: " $5 " is labelled, " $7 " was said: " $1
	}
	END { printf "cause right in %d of %d messages\n", right, rows; exit right < 0.9 * rows }' && passed=$((passed + 1)) || failed=$((failed + 1))

files=$(find "$folder/eml" -type f | wc -l)
for format in text ndjson; do
	"$program" bounce --no-audit --format $format "$folder/eml" >"$work/$format" 2>"$work/err" && [ ! -s "$work/err" ] &&
		passed=$((passed + 1)) || { echo "FAILED: the folder as $format"; failed=$((failed + 1)); }
done
[ "$(grep -c "^$folder/eml/" "$work/text")" -eq "$files" ] && [ "$(wc -l <"$work/ndjson")" -eq "$files" ] &&
	passed=$((passed + 1)) || { echo 'FAILED: a report for each file'; failed=$((failed + 1)); }
find "$folder/eml" -type f | sort | head -20 | while read -r file; do echo 'From a Tue Nov 24 09:00:00 2026'; cat "$file"; echo; done >"$work/mbox"
[ "$("$program" bounce --no-audit --format ndjson "$work/mbox" | wc -l)" -ge 20 ] &&
	passed=$((passed + 1)) || { echo 'FAILED: a mailbox'; failed=$((failed + 1)); }
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
