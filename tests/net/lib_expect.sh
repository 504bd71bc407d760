# shellcheck shell=bash
# What the tests share that run the program by itself: sourced once "$authcheck" and "$work" are set.
passed=0 failed=0

# is WHAT COMMAND...
is() {
	local what=$1
	shift
	if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $what"; fi
}

# expect STATUS PATTERN ARGUMENT...: the exit status, and a line of both outputs that matches the pattern, if there is one. Status 2
# comes with one line on stderr, and no report, but for a monitor's CRITICAL.
expect() {
	local want=$1 pattern=$2 got
	shift 2
	"$authcheck" "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	if [ $got -ne "$want" ]; then
		failed=$((failed + 1)); echo "FAILED: $*: exit status $got instead of $want"; head -n 5 "$work/out" "$work/err"
	elif [ -n "$pattern" ] && ! cat "$work/out" "$work/err" | grep -Eq -- "$pattern"; then
		failed=$((failed + 1)); echo "FAILED: $*: nothing matches $pattern"; head -n 20 "$work/out" "$work/err"
	elif [ "$want" -eq 2 ] && [[ $* != *nagios* ]] && { [ "$(wc -l <"$work/err")" -ne 1 ] || [ -s "$work/out" ]; }; then
		failed=$((failed + 1)); echo "FAILED: $*: not one line"; head -n 3 "$work/err"
	else
		passed=$((passed + 1))
	fi
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}
