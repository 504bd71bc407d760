#!/usr/bin/env bash
# Lists of domains, without a network: what may stand in one, in which order reports come, parts, what an interrupted run leaves, and
# where it goes on.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-bulk.XXXXXX")
trap 'rm -rf "$work"' EXIT
. tests/net/lib_expect.sh
offline=(--offline --discover none --format ndjson)
domains_of() { sed -E 's/^\{"schema":"authcheck\/1","domain":"([^"]*)".*/\1/' "$@"; }
# The time that an audit took aside.
plain() { sed -E 's/"elapsed_ms":[0-9]+/"elapsed_ms":0/' "$1"; }
same() { cmp -s <(plain "$1") <(plain "$2"); }
seq 1 200 | sed 's/.*/n&.example/' >"$work/list"

# ---- a list ----
"$authcheck" "${offline[@]}" --input "$work/list" >"$work/out" 2>"$work/err"
is 'a list: status 0' [ $? -eq 0 ]
is 'nothing on stderr' [ ! -s "$work/err" ]
domains_of "$work/out" >"$work/got"
is 'all, in the order of the list' same "$work/got" "$work/list"
"$authcheck" "${offline[@]}" $(cat "$work/list") >"$work/named"
is 'the same as named ones' same "$work/out" "$work/named"
"$authcheck" "${offline[@]}" --input - <"$work/list" >"$work/stdin"
is 'the same from standard input' same "$work/out" "$work/stdin"
(while read -r line; do echo "$line"; [ "$line" != n50.example ] || sleep 0.3; done) <"$work/list" | "$authcheck" "${offline[@]}" --input - >"$work/slow"
is 'the same from one that is slow to come' same "$work/out" "$work/slow"
"$authcheck" "${offline[@]}" --unordered --jobs 3 --input "$work/list" >"$work/unordered"
is 'unordered: the same reports' same <(plain "$work/out" | sort) <(plain "$work/unordered" | sort)
printf '\xef\xbb\xbfA.example.\r\n\n# comment\n  b.example   # another\r\nb.example\nbücher.example' >"$work/forms"
"$authcheck" "${offline[@]}" --input "$work/forms" c.example >"$work/out2" 2>&1
is 'forms that lists have' [ "$(domains_of "$work/out2" | tr '\n' ' ')" = 'c.example a.example b.example b.example xn--bcher-kva.example ' ]
"$authcheck" --offline --discover none --format json --input "$work/forms" >"$work/out2"
is 'JSON: an array' python3 -c 'import json, sys; sys.exit(len(json.load(open(sys.argv[1]))) != 4)' "$work/out2"

# ---- bad lists ----
{ printf 'good.example\nno..name\n'; head -c 200000 /dev/zero | tr '\0' x; printf '\n-\x1b[31m \nother.example\n'; } >"$work/bad"
"$authcheck" "${offline[@]}" --input "$work/bad" >"$work/out2" 2>"$work/err"
is 'bad lines: status 2' [ $? -eq 2 ]
is 'the good ones are audited' [ "$(domains_of "$work/out2" | tr '\n' ' ')" = 'good.example other.example ' ]
is 'a line of complaint for each, and no escape' [ "$(grep -c "^authcheck: $work/bad:[234]: " "$work/err") $(wc -l <"$work/err") $(grep -c "$(printf '\033')" "$work/err")" = '3 3 0' ]
seq 1 500 | sed 's/$/../' >"$work/bad"
"$authcheck" "${offline[@]}" --input "$work/bad" >"$work/out2" 2>"$work/err"
is 'complaints have an end' [ "$? $(wc -l <"$work/err")" = '2 101' ]
: >"$work/empty"
for list in "$work/empty" "$work/none" "$work"; do
	"$authcheck" "${offline[@]}" --input "$list" >"$work/out2" 2>"$work/err"
	is "$list: status 2, one line" [ "$? $(wc -l <"$work/err") $(wc -c <"$work/out2")" = '2 1 0' ]
done
for shard in 0/3 4/3 1/0 3 a/b 1/ /2; do
	"$authcheck" "${offline[@]}" --shard $shard --input "$work/list" >"$work/out2" 2>"$work/err"
	is "--shard $shard: status 2, one line" [ "$? $(wc -l <"$work/err") $(wc -c <"$work/out2")" = '2 1 0' ]
done

# ---- parts ----
for i in 1 2 3 4 5; do "$authcheck" "${offline[@]}" --shard $i/5 --input "$work/list" >"$work/part$i"; done
is 'five parts add up' same <(cat "$work"/part? | plain /dev/stdin | sort) <(plain "$work/out" | sort)
is 'and none is empty' [ "$(wc -l "$work"/part? | awk '$1 < 20' | wc -l)" -eq 0 ]
"$authcheck" "${offline[@]}" --shard 2/5 --input <(tail -n 150 "$work/list") >"$work/part"
is 'a domain stays in its part though the list changes' [ "$(grep -vxFf <(domains_of "$work/part2") <(domains_of "$work/part") | wc -l)" -eq 0 ]

# ---- going on ----
resume() { "$authcheck" --offline --discover none --resume "$work/file" --input "$work/list" "$@" >"$work/stdout" 2>"$work/err"; }
resume
is 'a new file: status 0, nothing on stdout' [ "$? $(wc -c <"$work/stdout")" = '0 0' ]
is 'the file has what a run writes' same "$work/file" "$work/out"
resume
is 'nothing left to do' [ $? -eq 0 ]
is 'and nothing twice' same "$work/file" "$work/out"
torn=0
for octets in 1 40 5000 5001 200000 $(($(head -n 100 "$work/out" | wc -c) - 1)) $(head -n 100 "$work/out" | wc -c); do
	head -c "$octets" "$work/out" >"$work/file"
	resume
	same "$work/file" "$work/out" && torn=$((torn + 1))
done
is 'a torn line is cut off, and the run goes on' [ $torn -eq 7 ]
sed -n '5p;7p;100,200p' "$work/out" >"$work/file"
resume
is 'gaps are filled' same <(plain "$work/file" | sort) <(plain "$work/out" | sort)
for text in 'my diary\n' 'my diary' '{"schema":"authcheck/1","intent":"sends"}\n' '\n'; do
	printf "$text" >"$work/file"
	resume
	is 'a file of somebody else: status 2, one line' [ "$? $(wc -l <"$work/err")" = '2 1' ]
	is 'it is left alone' same "$work/file" <(printf "$text")
done
rm "$work/file"
(flock 9; resume; echo $? >"$work/status") 9>"$work/file"
is 'a file that another run writes to: status 2, one line' [ "$(cat "$work/status") $(wc -l <"$work/err")" = '2 1' ]
resume --format json
is '--resume is ndjson' [ $? -eq 2 ]
resume --output "$work/x"
is '--resume is the output' [ $? -eq 2 ]

# ---- who reads goes away, or waits ----
seq 1 20000 | sed 's/.*/n&.example/' >"$work/long"
{ "$authcheck" "${offline[@]}" --input "$work/long"; echo $? >"$work/status"; } 2>"$work/err" | head -n 1 >"$work/got"
is 'a closed pipe ends it' [ "$(cat "$work/status")" -eq 141 ]
is 'quietly' [ ! -s "$work/err" ]
"$authcheck" "${offline[@]}" --input "$work/list" | (sleep 0.5; cat) >"$work/late"
is 'a reader that waits gets it all' same "$work/late" "$work/out"

# ---- a signal ----
for signal in INT TERM; do
	(exec env --default-signal=$signal "$authcheck" "${offline[@]}" --input "$work/long" --output "$work/stopped") 2>"$work/err" &
	pid=$!
	sleep 0.7
	kill -$signal $pid
	wait $pid
	status=$?
	is "SIG$signal: ended by it" [ $status -eq $((128 + $(kill -l $signal))) ]
	is 'what is done is told' grep -qE '^authcheck: stopped; [0-9]+ of 20000 domains are done$' "$work/err"
	domains_of "$work/stopped" >"$work/got"
	is 'what is done is there, whole' [ -s "$work/got" ]
	is 'and in order' same "$work/got" <(head -n "$(wc -l <"$work/got")" "$work/long")
done
is 'no temporary file is left' [ -z "$(ls "$work" | grep 'stopped\.')" ]

finish
