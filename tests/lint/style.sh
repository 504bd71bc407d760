#!/usr/bin/env bash
# What clang-format does not hold: columns, unfinished business, the lengths of functions and files.
# shellcheck source=tests/lint/lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

# A line with a long string in it may be longer: messages are kept whole, so that grep finds them.
COLUMNS_MAX=100
FUNCTION_MAX=80
FILE_MAX=500
# Tests are tables for the most part, and as long as what they test has cases.
TEST_FUNCTION_MAX=120
TEST_FILE_MAX=700

mapfile -t sources < <(tree src include tests | grep -E '\.[ch]$')

for file in "${sources[@]}"; do
	[ -e "$file" ] || continue
	function_max=$FUNCTION_MAX file_max=$FILE_MAX
	case $file in tests/*) function_max=$TEST_FUNCTION_MAX file_max=$TEST_FILE_MAX ;; esac
	expand -t 8 "$file" | perl -CSD -ne 'BEGIN { ($f, $max) = splice @ARGV, 0, 2 } chomp;
		print "$f:$.: ", length, " columns; $max are allowed\n" if length > $max && !/"[^"]{30,}"/;' "$file" $COLUMNS_MAX - >"$scratch"
	faults_from <"$scratch"
	perl -ne 'BEGIN { ($f, $max, $most) = splice @ARGV, 0, 3 } chomp;
		print "$f:$.: white space at the end of the line\n" if /[ \t]$/;
		print "$f:$.: indented with blanks; tabs are the style\n" if /^ +(?!\*)\S/ && !/^ \*/;
		print "$f:$.: carriage return\n" if /\r/;
		print "$f:$.: unfinished business: $1\n" if /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/;
		$start = $. if /^\{/;
		if (/^\}/ && $start) { $n = $. - $start - 1; print "$f:$start: a function of $n lines; $max are allowed\n" if $n > $max; $start = 0; }
		END { print "$f:$.: a file of $. lines; $most are allowed\n" if $. > $most; }' "$file" $function_max $file_max "$file" >"$scratch"
	faults_from <"$scratch"
	[ -z "$(tail -c 1 "$file")" ] || fault "$file: no newline at the end"
done

# The build's own files as well, as far as it makes sense.
for file in Makefile configure.ac $(tree build-aux tests .ci | grep -E '\.(sh|py|in)$|run$'); do
	perl -ne 'BEGIN { $f = shift @ARGV } chomp;
		print "$f:$.: white space at the end of the line\n" if /[ \t]$/;
		print "$f:$.: unfinished business: $1\n" if /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/;' "$file" "$file" >"$scratch"
	faults_from <"$scratch"
done
finish
