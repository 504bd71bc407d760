#!/usr/bin/env bash
# run-tests.sh LOGDIR TEST...: runs the tests one after another; a line for each, the whole log of those that fail, and a last line
# "N passed, N failed, N skipped" for all of them. Status 1 when anything failed.
#
# A TEST is a program or a script, with the arguments it takes: "build/san/tests/unit/test_str", "tests/net/live.sh". What it counts:
#   a cmocka program    its totals ("[  PASSED  ] 12 test(s)."), summed over its groups
#   any other           its last line of the form "N passed, N failed", where there is one; else itself: one test
#   exit status         0 passed, 77 skipped, and everything else failed, whatever was counted
set -u

logs=$1
shift
mkdir -p "$logs"
limit_s=${TEST_TIMEOUT:-900}

passed=0 failed=0 skipped=0

# cmocka's lines are "[  PASSED  ] 3 test(s)." and "[  FAILED  ] 1 test(s), listed below:"; some versions put the group's name first.
total() { # word log
	sed -nE "s/^\[  $1 {1,2}\] ([^ ]+: )?([0-9]+) test\(s\)(\.|, listed below:)$/\2/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

# Sets p, f, s from a log and an exit status.
count() { # log status
	local last
	p=0 f=0 s=0
	if grep -qE '^\[==========\] .*[0-9]+ test\(s\) run\.' "$1"; then
		p=$(total PASSED "$1") f=$(total FAILED "$1") s=$(total SKIPPED "$1")
	else
		last=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$1" | tail -n 1)
		if [ -n "$last" ]; then
			read -r p _ f _ s _ <<<"${last//,/} 0"
			s=${s:-0}
		elif [ "$2" -eq 0 ]; then
			p=1
		elif [ "$2" -eq 77 ]; then
			s=1
		fi
	fi
	# A crash, a leak, a time-out: it failed even where all that it counted before had passed.
	[ "$2" -eq 0 ] || [ "$2" -eq 77 ] || [ "$f" -gt 0 ] || f=1
}

run() { # log test [argument...]
	local log=$1
	shift
	if [ ! -e "$1" ]; then
		echo "$1 could not be built" >"$log"
		return 1
	fi
	case $1 in
	*.sh) set -- bash "$@" ;;
	*.py) set -- python3 "$@" ;;
	esac
	timeout -k 10 "$limit_s" "$@" >"$log" 2>&1 </dev/null
	local status=$?
	[ $status -ne 124 ] || echo "stopped after $limit_s s" >>"$log"
	return $status
}

for test in "$@"; do
	read -ra words <<<"$test"
	name=${words[0]#build/san/}
	name=${name#tests/}
	log=$logs/${name//\//-}.log
	run "$log" "${words[@]}"
	status=$?
	count "$log" $status
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	note=
	[ "$s" -eq 0 ] || note="$s skipped"
	if [ "$f" -eq 0 ]; then
		printf '  %-44s %5d passed%s\n' "$name" "$p" "${note:+, $note}"
		[ "$s" -eq 0 ] || grep -i -m 3 'skip' "$log" | sed 's/^/      /'
	else
		printf '  %-44s %5d passed, %d FAILED%s (status %d)\n' "$name" "$p" "$f" "${note:+, $note}" $status
		sed 's/^/      | /' "$log" | tail -n "${TEST_LINES:-60}"
		echo "      \`- all of it: $log"
	fi
done

echo
if [ "$skipped" -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
