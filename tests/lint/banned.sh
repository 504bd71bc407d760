#!/usr/bin/env bash
# banned.h works: a use of any function that it names does not compile, and nothing in the tree goes round it.
# shellcheck source=tests/lint/lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

header=include/authcheck/banned.h
cc=${CC:-cc}
command -v "$cc" >/dev/null || cc=gcc

compiles() {
	"$cc" -std=gnu11 -D_GNU_SOURCE -include "$header" -x c -fsyntax-only - 2>"$scratch"
}

echo 'int main(void) { return snprintf(NULL, 0, "x") == 0; }' | compiles || fault "$header: does not compile: $(head -n 1 "$scratch")"

count=0
while read -r name arguments; do
	arguments=${arguments//[a-z]/0}
	echo "void *f(void); void *f(void) { return (void *)$name(${arguments/.../0}); }" | compiles && fault "$header: $name() still compiles"
	grep -q "sorry_${name}_is_banned" "$scratch" || fault "$header: $name() fails for another reason: $(head -n 1 "$scratch")"
	count=$((count + 1))
done < <(sed -nE 's/^#define ([a-z_]+)\(([^)]*)\) BANNED.*/\1 \2/p' $header)
[ $count -gt 15 ] || fault "$header: only $count functions found"

for file in $(tree src tests | grep -E '\.[ch]$'); do
	forbid "$file" '#[ ]*undef[ ]+(str|v?sprintf|gets|alloca|ato[ilf]|.*time)' 'a ban is lifted'
	forbid "$file" '__builtin_(alloca|strcpy|strcat|sprintf)' 'a ban is gone round'
done
finish
