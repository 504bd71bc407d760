#!/usr/bin/env bash
# The replies of the corpus: who refused and why, against its labels. Rows whose text names no cause may be "unknown" as well as "other".
set -u
corpus=${AUTHCHECK_SHARED:-/nonexistent}/corpora/bounces/replies.tsv
driver=${SRCDIR:-.}/build/san/tests/net/bounce_driver
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
		printf "%d passed, %d failed\n", 2 - bad, bad
		exit bad > 0
	}'
