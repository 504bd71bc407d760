#!/usr/bin/env bash
# What the tests of the live source share. They run servers on 127.0.0.1, on ports that the system picks, and end those alone.
set -u
cd "${SRCDIR:-$(dirname "${BASH_SOURCE[0]}")/../..}" || exit 2
python=/usr/bin/python3
[ -x $python ] || python=$(command -v python3) || { echo "skipped: no python3"; exit 77; }

work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-net.XXXXXX")
pids=()
passed=0 failed=0

end() {
	local pid
	for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	# what has made itself a daemon may still write its last
	rm -rf "$work" 2>/dev/null || { sleep 0.5; rm -rf "$work"; }
}
trap end EXIT

# The driver, linked with the sanitized library, or with the plain one where that is not built. ASK_DRIVER names another one.
driver=${ASK_DRIVER:-build/san/tests/net/ask_driver}
build_driver() {
	local lib=build/san/libauthcheck.a flags='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all'
	[ -z "${ASK_DRIVER:-}" ] || return 0
	[ -e $lib ] || { lib=build/obj/libauthcheck.a flags=-O1; }
	[ -e $lib ] || { echo "$lib is not there: run make tests"; exit 1; }
	if [ ! $driver -nt $lib ] || [ ! $driver -nt tests/net/ask_driver.c ]; then
		mkdir -p "${driver%/*}"
		# shellcheck disable=SC2046,SC2086
		${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Iinclude/authcheck $flags -o $driver tests/net/ask_driver.c $lib \
			$(sed -n 's/^LIB_LIBS = //p' build/config.mk) || exit 1
	fi
}
build_driver

# Starts a server that writes its port on its first line: serve VARIABLE COMMAND...
serve() {
	local variable=$1 out i
	shift
	out=$work/server.${#pids[@]}
	"$@" >"$out" 2>"$out.err" &
	pids+=($!)
	for ((i = 0; i < 200; i++)); do
		[ ! -s "$out" ] || break
		sleep 0.05
	done
	[ -s "$out" ] || { echo "$* did not start"; cat "$out.err"; exit 1; }
	printf -v "$variable" %s "$(head -n 1 "$out")"
}

# Knot DNS on a port of 127.0.0.1, with the rows of its zone section on standard input: serve_knot PORT [FOLDER [LEAST-LOGGED]].
# What it writes, its log and configuration go to the folder.
serve_knot() {
	local port=$1 dir=${2:-$work} least=${3:-warning} knotd i
	knotd=$(PATH=$PATH:/usr/sbin:/sbin command -v knotd) || { echo 'skipped: no knotd'; exit 77; }
	{
		cat <<E
server:
  listen: 127.0.0.1@$port
  rundir: "$dir"
  pidfile: "$dir/knot.pid"
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
control:
  listen: "$dir/knot.sock"
log:
  - target: "$dir/knot.log"
    any: $least
database:
  storage: "$dir"
template:
  - id: default
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
    semantic-checks: off
zone:
E
		cat
	} >"$dir/knot.conf"
	"$knotd" -c "$dir/knot.conf" -d >"$dir/knot.out" 2>&1 || { echo 'skipped: knotd does not start here'; cat "$dir/knot.out"; exit 77; }
	for ((i = 0; i < 200; i++)); do [ ! -s "$dir/knot.pid" ] || break; sleep 0.05; done
	pids+=("$(cat "$dir/knot.pid")")
}

# A port of 127.0.0.1 at which nobody listens.
free_port() {
	$python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

now_ms() {
	date +%s%3N
}

pass() { passed=$((passed + 1)); }
fail() {
	failed=$((failed + 1))
	printf 'FAILED: %s\n' "$@"
}

# check WHAT GOT PATTERN: the whole of GOT must match the extended regular expression.
check() {
	if [[ $2 =~ ^$3$ ]]; then pass; else fail "$1" "  got  $2" "  want $3"; fi
}

# at_most MS: what that is on a machine that has other work to do: a limit tells that nothing hangs, not how fast it is.
at_most() {
	awk -v ms="$1" -v cpus="$(nproc)" '{ print int(ms * (1 + $1 / cpus)) }' /proc/loadavg
}

# within WHAT MS FROM TO
within() {
	if [ "$2" -ge "$3" ] && [ "$2" -le "$(at_most "$4")" ]; then pass; else fail "$1: took $2 ms, not $3 to $4"; fi
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}
