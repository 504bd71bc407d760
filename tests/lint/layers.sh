#!/usr/bin/env bash
# The layers of layers.txt, and who may touch the world: sockets, clocks and the environment are src/ask's and the program's (main.c,
# program*.c, verb_*.c), printing and leaving are the program's, giving up is the arena's; the receiver
# libraries are src/stack's, and processes its child.c's and src/ask/git.c's.
# shellcheck source=tests/lint/lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

layer_of() { # header path
	sed -n 's/.*Layer: \([a-z]*\).*/\1/p' "$1" | head -n 1
}

declare -A layer uses
while read -r who allowed; do
	case $who in '' | '#'*) continue ;; esac
	uses[$who]=" $allowed "
done <tests/lint/layers.txt

for header in include/authcheck/*.h src/*/*.h; do
	[ -e "$header" ] || continue
	layer[${header##*/}]=$(layer_of "$header")
	name=${layer[${header##*/}]}
	[ -n "$name" ] || fault "$header:1: does not say its layer (\"Layer: parse\")"
	[ -z "$name" ] || [ "$name" = none ] || [ -n "${uses[$name]:-}" ] || fault "$header:1: layer \"$name\" is not in tests/lint/layers.txt"
done

# file, the key of its row
check_includes() {
	local file=$1 row=${uses[$2]:-} line header
	[ -n "$row" ] || { fault "$file:1: $2 is not in tests/lint/layers.txt"; return; }
	[ "$row" != ' * ' ] || return
	while IFS=: read -r line header; do
		[ -n "${layer[$header]:-}" ] || continue
		case $row in
		*" ${layer[$header]} "* | *" $header "*) ;;
		*) fault "$file:$line: includes $header of layer ${layer[$header]}; $2 may include:$row" ;;
		esac
	done < <(grep -nE '^#[ ]*include "' "$file" | sed -E 's/^([0-9]+):.*"([^"]*\/)?([^"]*)".*/\1:\3/')
}

for file in include/authcheck/*.h; do
	name=${layer[${file##*/}]}
	[ -z "$name" ] || [ "$name" = none ] || check_includes "$file" "$name"
done

asks='^[0-9]+:#[ ]*include[ ]*["<](ares[a-z_]*\.h|curl/|sys/socket\.h|sys/epoll\.h|sys/select\.h|sys/un\.h|poll\.h|netdb\.h|resolv\.h)'
clocks='(^|[^a-zA-Z0-9_])(time|clock_gettime|gettimeofday|clock|getenv|secure_getenv|getrandom|random|socket|connect)\('
prints='(^|[^a-zA-Z0-9_])(printf|vprintf|puts|putchar|exit|_exit)\(|(^|[^a-zA-Z0-9_])(stdout|stderr)([^a-zA-Z0-9_]|$)'
aborts='(^|[^a-zA-Z0-9_])abort\('
processes='(^|[^a-zA-Z0-9_])(v?fork|waitpid|wait[34]?|kill|pipe2?|setrlimit|prctl|posix_spawnp?|popen|system|exec[vl][pe]*)\('
libraries='^[0-9]+:#[ ]*include[ ]*<(spf2|opendkim|opendmarc)/'
files='(^|[^a-zA-Z0-9_])(fopen|open|openat|opendir|stat|mmap)\('
frees='(^|[^a-zA-Z0-9_])(free|malloc|calloc|realloc|strdup|strndup|asprintf)\('

for file in src/*.[ch] src/*/*.[ch]; do
	[ -e "$file" ] || continue
	check_includes "$file" "${file%/*}"
	case $file in
	src/stack/child.c) ;; # stack_child.h says it: processes, with their pipe, their time and their end
	src/stack/spf2.c) forbid "$file" "$clocks" 'clock, chance and environment are for src/ask and the program' ;; # libspf2's header needs those of sockets
	src/ask/* | src/main.c | src/program*.c | src/verb_*.c) ;;
	*)
		code "$file" | grep -E "$asks" | sed -E "s#^([0-9]+):(.*)#$file:\1: only src/ask and the program reach the world: \2#" >"$scratch"
		faults_from <"$scratch"
		forbid "$file" "$clocks" 'clock, chance and environment are for src/ask and the program'
		;;
	esac
	case $file in
	src/main.c | src/program*.c | src/verb_*.c | src/base/arena.c | src/stack/child.c | src/ask/git.c) ;;
	*) forbid "$file" "$prints" 'only the program prints and exits' ;;
	esac
	case $file in src/stack/child.c | src/ask/git.c) ;; *) forbid "$file" "$processes" 'processes are for src/stack/child.c, and git.c' ;; esac
	case $file in
	src/stack/*) ;;
	*)
		code "$file" | grep -E "$libraries" | sed -E "s#^([0-9]+):(.*)#$file:\1: the receiver libraries are for src/stack: \2#" >"$scratch"
		faults_from <"$scratch"
		;;
	esac
	case $file in src/base/arena.c) ;; *) forbid "$file" "$aborts" 'only the arena gives up' ;; esac
	case $file in
	src/parse/zone_file.c) ;; # zone.h says it: an $INCLUDE names a file
	src/check/* | src/parse/* | src/judge/* | src/render/*)
		forbid "$file" "$files" 'no files here (law 4)'
		;;
	esac
	case $file in
	src/check/* | src/judge/* | src/render/*) forbid "$file" "$frees" 'memory is the arena here' ;;
	esac
done
finish
