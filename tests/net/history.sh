#!/usr/bin/env bash
# --state: what is kept of audits, what is told of changes, and what no end of a run may do to it. Without a network.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-history.XXXXXX")
trap 'rm -rf "$work"' EXIT
. tests/net/lib_expect.sh
has() { grep -qF -- "$1" "$work/out"; }
lacks() { ! grep -qF -- "$1" "$work/out"; }
silent() { [ ! -s "$work/out" ] && [ ! -s "$work/err" ]; }
# The flawless domain of the stories as it is on a day, with lines put behind: day N [LINE]...
day() {
	local n=$1
	shift
	sed "s/^now .*/now $((1795507200 + n * 86400))/" fixtures/audit/base.tape
	[ $# -eq 0 ] || printf '%s\n' "$@"
}
# audit OPTION... with the tape on standard input: its status; what it writes goes to out and err.
audit() {
	cat >"$work/tape"
	"$authcheck" --replay "$work/tape" --discover none --state "$work/state" "$@" example.com >"$work/out" 2>"$work/err"
	status=$?
}
of() { python3 -c 'import json, sys
for line in open(sys.argv[1]):
	print(eval(sys.argv[2], {"a": json.loads(line)}))' "$work/out" "$1"; }
none='_dmarc.example.com TXT SOME 3600 "v=DMARC1; p=none; rua=mailto:dmarc@example.com"'
broken='example.com TXT SOME 3600 "v=spf1 ip4:93.184.215.200/40 -all"'
lost='example.com TXT LOST servfail'
sel1=(--selector sel1)

# ---- new, still there, gone ----
audit "${sel1[@]}" < <(day 0)
is 'the first audit: a whole report, and that it is the first' has 'audited for the first time'
is 'status 0' [ $status -eq 0 ]
audit "${sel1[@]}" --only-changes < <(day 1)
is 'nothing changed: nothing is printed' silent
is 'status 0' [ $status -eq 0 ]
audit "${sel1[@]}" < <(day 1)
is 'a whole report says since when' has 'no change since 2026-11-25 08:00 UTC'
audit "${sel1[@]}" --only-changes < <(day 2 "$broken")
is 'worse: status 1' [ $status -eq 1 ]
is 'what is new' has '[spf-cidr]'
is 'since when, and the risk' has 'example.com, since 2026-11-25 08:00 UTC: risk of refusal none -> '
is 'how many' has '1 of 1 domain changed: 1 worse, 0 better.'
audit "${sel1[@]}" --only-changes < <(day 3 "$broken")
is 'still broken: nothing is printed, and it does not count' silent
is 'status 0' [ $status -eq 0 ]
audit "${sel1[@]}" < <(day 3 "$broken")
is 'the whole report has it still' has '[spf-cidr]'
is 'and its status is for what got worse' [ $status -eq 0 ]
audit "${sel1[@]}" --only-changes < <(day 4)
is 'better: status 0, and what is gone' [ $status -eq 0 ]
is 'what is gone' has 'better:'
audit "${sel1[@]}" --fail-on warning < <(day 5 "$none")
is '--fail-on holds for what is new' [ $status -eq 1 ]
is 'the whole report begins with what changed' has 'Changed since 2026-11-28 08:00 UTC'
is 'in a line' has '  worse  DMARC: the policy is none'
audit "${sel1[@]}" --format ndjson < <(day 6 "$broken")
is 'JSON: what is new' [ "$(of '[f["rule"] for f in a["changes"]["new"] if f["severity"] != "info"]')" = "['spf-cidr']" ]
is 'JSON: what is gone' [ "$(of '[f["rule"] for f in a["changes"]["gone"] if f["severity"] != "info"]')" = "['dmarc-p-none']" ]
is 'JSON: since when' [ "$(of 'a["changes"]["since"]')" = 2026-11-29T08:00:00Z ]
audit "${sel1[@]}" --only-changes --format json < <(day 7 "$broken")
is 'JSON, nothing changed: nothing is printed' silent

# ---- not knowing is not a change ----
audit "${sel1[@]}" --only-changes < <(day 8 "$lost")
is 'an answer that is lost: undecided' [ $status -eq 3 ]
is 'what was broken is not told to be better' lacks 'better:'
audit "${sel1[@]}" --only-changes < <(day 9 "$lost")
is 'still lost: nothing is printed' silent
audit "${sel1[@]}" --only-changes < <(day 10 "$broken")
is 'there again, broken as before: nothing new' lacks '[spf-cidr]'
is 'status 0' [ $status -eq 0 ]
audit "${sel1[@]}" --only-changes < <(day 11 "$lost")
audit "${sel1[@]}" --only-changes < <(day 12)
is 'mended while it was lost: told when it is known' has '[spf-cidr]'
is 'as better' has 'better:'
audit "${sel1[@]}" --only-changes < <(day 13 "$lost")
audit "${sel1[@]}" --only-changes < <(day 14 "$broken")
is 'broken while it was lost: told when it is known' [ $status -eq 1 ]
audit "${sel1[@]}" --only-changes < <(day 15)

# ---- what shows only to who knows what was there ----
key=$(sed -n 's/^sel1\._domainkey.* SOME //p' fixtures/audit/base.tape)
audit < <(day 20 "old._domainkey.example.com TXT SOME $key")
is 'a selector that was there once is asked again, without being named' has 'sel1 (rsa'
audit --selector old < <(day 21 "old._domainkey.example.com TXT SOME $key")
audit --only-changes < <(day 22 "old._domainkey.example.com TXT SOME $key")
is 'two keys: no change' silent
audit --only-changes < <(day 23 "old._domainkey.example.com TXT LOST timeout")
is 'a key that could not be had has not vanished' lacks dkim-vanished
audit --only-changes < <(day 24)
is 'a key that vanished' has 'one from 2026-12-15 to 2026-12-16 at least [dkim-vanished]'
audit --only-changes < <(day 25)
is 'is told of once, and is not told to be better afterwards' silent
policy() { printf 'mta-sts.example.com HTTPS SOME 0 200 "text/plain" "version: STSv1\\r\\nmode: enforce\\r\\nmx: mx1.example.com\\r\\nmx: mx2.example.com\\r\\nmax_age: %s\\r\\n"\n' "$1"; }
audit --only-changes --fail-on warning < <(day 26 "$(policy 864000)")
is 'a policy with the id of another' [ $status -eq 1 ]
is 'what changed in it' has '1209600 became 864000 since 2026-12-19 [sts-id-unchanged]'
audit --only-changes < <(day 27 "$(policy 864000)" '_mta-sts.example.com TXT SOME 3600 "v=STSv1; id=20261221"')
is 'a new id mends it' has 'better:'
include='example.com TXT SOME 3600 "v=spf1 include:_spf.example.net -all"'
audit < <(day 30 "$include" '_spf.example.net TXT SOME 3600 "v=spf1 ip4:93.184.216.0/24 -all"')
audit --only-changes < <(day 31 "$include" '_spf.example.net TXT SOME 3600 "v=spf1 ip4:93.184.216.0/24 ip4:93.184.217.0/24 -all"')
is 'an include that lets others pass' has '_spf.example.net since 2026-12-24: new: 93.184.217.0/24'
is 'is a note: status 0' [ $status -eq 0 ]
audit -v < <(day 740)
is 'a key of two years' has dkim-unchanged

# ---- history ----
history() { "$authcheck" history --state "$work/state" "$@" >"$work/out" 2>"$work/err"; status=$?; }
history example.com
is 'history: status 0' [ $status -eq 0 ]
is 'history: audits and states' grep -Eq '^example.com: [0-9]+ audits, [0-9]+ states, the newest first$' "$work/out"
is 'history: the first' has '2026-11-24 08:00 to 2026-11-25 08:00 UTC, 3 audits: risk of refusal none, score'
is 'history: what changed when' has '  worse  SPF: a prefix length that is none'
history --format json example.com
is 'history: JSON' python3 -c 'import json, sys
h = json.load(open(sys.argv[1]))
assert h["schema"] == "authcheck-history/1" and h["domain"] == "example.com"
assert h["states"][-1]["audits"] == 3 and h["states"][-1]["changes"]["since"] is None' "$work/out"
history
is 'the runs' has '2026-11-26 08:00 UTC: 1 domain, 1 worse, 0 better, 0 new'
history --format ndjson
is 'the runs as JSON' [ "$(of 'a["began"]' | tail -n 1)" = 2026-11-24T08:00:00Z ]
history example.org
is 'a domain that was never audited: status 2, a line' [ "$status $(wc -l <"$work/err") $(wc -c <"$work/out")" = '2 1 0' ]
history --zone x example.com
is 'what history does not heed it does not take' [ "$status $(wc -l <"$work/err")" = '2 1' ]
"$authcheck" history example.com >"$work/out" 2>"$work/err"
is 'history without --state: status 2, a line' [ "$? $(wc -l <"$work/err")" = '2 1' ]
"$authcheck" history --state "$work/none" example.com >"$work/out" 2>"$work/err"
is 'history of a folder that is not there: status 2, a line, and no folder' [ "$? $(wc -l <"$work/err") $(find "$work" -name none | wc -l)" = '2 1 0' ]
audit --keep 2 < <(day 741)
history example.com
is '--keep 2' grep -Eq '^example.com: [12] audits?, ' "$work/out"

rm -rf "$work/state"
for day in 800 801; do audit < <(day $day '_mta-sts.example.com TXT SOME 3600 "v=STSv1; id=2026-11"'); done
history --format json example.com
is 'advice that has the time in it makes no new state' [ "$(python3 -c 'import json, sys; print(*[s["audits"] for s in json.load(open(sys.argv[1]))["states"]])' "$work/out")" = 2 ]

# ---- folders that are none ----
refused() { # WHAT DIR WORDS
	"$authcheck" --offline --state "$2" example.com >"$work/out" 2>"$work/err"
	is "$1: status 2, a line, no report" [ "$? $(wc -l <"$work/err") $(wc -c <"$work/out")" = '2 1 0' ]
	is "$1: which says so" grep -qF "$3" "$work/err"
}
mkdir "$work/garbage" "$work/newer" "$work/other"
head -c 5000 /dev/urandom >"$work/garbage/history.db"
python3 - "$work" <<'P'
import sqlite3, sys
for name, sql in (("newer", "PRAGMA application_id=1635087464; PRAGMA user_version=99"), ("other", "CREATE TABLE t(x)")):
	sqlite3.connect(sys.argv[1] + "/" + name + "/history.db").executescript(sql)
P
refused 'a file for a folder' fixtures/audit/base.tape 'base.tape'
refused 'a folder in one that is not there' "$work/no/such" 'No such file'
refused 'no database' "$work/garbage" 'not a database'
refused 'of a newer authcheck' "$work/newer" 'written by a newer authcheck'
refused "somebody else's" "$work/other" 'no history of authcheck'
for wrong in --only-changes '--keep 3' "--state $work/s2 --only-changes --resume $work/r" "--state $work/s2 --only-changes --format prometheus" '--state x --keep 0'; do
	# shellcheck disable=SC2086
	"$authcheck" --offline $wrong example.com >"$work/out" 2>"$work/err"
	is "$wrong: status 2, a line" [ "$? $(wc -l <"$work/err") $(wc -c <"$work/out")" = '2 1 0' ]
done

# ---- many: ends of all kinds ----
seq 1 400 | sed 's/.*/n&.example/' >"$work/list"
many() { "$authcheck" --offline --discover none --state "$work/many" --input "$work/list" "$@"; }
# What the database holds: audits of domains, domains, states, runs that ended; and whether it is whole.
holds() { python3 - "$work/many/history.db" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
one = lambda sql: db.execute(sql).fetchone()[0]
print(one("PRAGMA integrity_check"), one("SELECT count(*) FROM state"), one("SELECT count(DISTINCT domain) FROM state"),
      one("SELECT count(*) FROM body"), one("SELECT ifnull(max(times), 0) FROM state"), one("SELECT ifnull(sum(domains), 0) FROM run"))
P
}
many --format ndjson >"$work/out" 2>"$work/err"
is 'a list: all are kept' [ "$(holds)" = 'ok 400 400 400 1 400' ]
many --only-changes >"$work/out" 2>"$work/err"
is 'again: nothing is printed' silent
is 'again: the same states' [ "$(holds)" = 'ok 400 400 400 2 800' ]
rm -rf "$work/many"
many --only-changes --format csv >"$work/csv" 2>"$work/err" &
many --only-changes --format json >"$work/json" 2>>"$work/err"
wait $!
is 'two runs at once: both are kept' [ "$(holds)" = 'ok 400 400 400 2 800' ]
is 'and neither complains' [ ! -s "$work/err" ]
rm -rf "$work/many"
many --format ndjson --output "$work/no/such" >"$work/out" 2>"$work/err"
many --format ndjson 2>"$work/err" | head -n 3 >"$work/out"
is 'a pipe that is closed early: what was not told is not kept' python3 - "$work/many/history.db" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
n = db.execute("SELECT count(*) FROM state").fetchone()[0]
sys.exit(n > 399 or db.execute("SELECT count(*) FROM run WHERE ended_s IS NOT NULL").fetchone()[0] > 0)
P
rm -rf "$work/many"
(trap '' XFSZ; ulimit -f 100; many --format ndjson | cat >/dev/null) 2>"$work/err"
is 'no room for the database: a line that names it' grep -Eq "^authcheck: $work/many/history.db(-wal)?: .*: from here on nothing is kept" "$work/err"
is 'and no other' [ "$(wc -l <"$work/err")" = 1 ]
many --format ndjson >"$work/out" 2>"$work/err"
is 'with room again, all are kept' [ "$(holds | cut -d' ' -f1-4)" = 'ok 400 400 400' ]

# ---- killed ----
# Whatever was told is kept or told again, nothing twice, the database whole.
rm -rf "$work/many"
for i in $(seq 20); do
	many --format ndjson >"$work/killed" 2>/dev/null &
	pid=$!
	sleep "0.$((RANDOM % 60 + 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	state=$(holds 2>/dev/null | cut -d' ' -f1-4)
	read -r whole states domains bodies <<<"${state:-ok 0 0 0}"
	is "kill $i: the database is whole, no state twice" [ "$whole $((states - domains)) $((states - bodies))" = 'ok 0 0' ]
done
many --format ndjson >"$work/out" 2>"$work/err"
is 'after 20 kills: all are kept, once' [ "$(holds | cut -d' ' -f1-4)" = 'ok 400 400 400' ]
rm -rf "$work/many"
for i in $(seq 20); do
	many --resume "$work/resumed" >/dev/null 2>&1 &
	pid=$!
	sleep "0.$((RANDOM % 60 + 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
many --resume "$work/resumed" >/dev/null 2>"$work/err"
is '--resume and --state: each report once' [ "$(sed -E 's/.*"domain":"([^"]*)".*/\1/' "$work/resumed" | sort | uniq -c | awk '$1 == 1' | wc -l)" = 400 ]
is '--resume and --state: no state twice' [ "$(holds | cut -d' ' -f1,2)" = "$(holds | cut -d' ' -f1,3)" ]

finish
