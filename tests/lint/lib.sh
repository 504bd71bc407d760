#!/usr/bin/env bash
# What the lints share. They run from the root of the tree.

cd "${SRCDIR:-$(dirname "${BASH_SOURCE[0]}")/../..}" || exit 2
faults=0

# A fault, as a compiler would say it: "file:line: what".
fault() {
	echo "$*"
	faults=$((faults + 1))
}

# Reads "file:line: what" lines, each a fault.
faults_from() {
	local line
	while IFS= read -r line; do fault "$line"; done
}

finish() {
	[ "$faults" -eq 0 ] && exit 0
	echo "$faults faults"
	exit 1
}

# The tracked files, and those that will be; without git (a tarball), all but what is built.
tree() { # [path...]
	git ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null | grep . || find "${@:-.}" -type f -not -path './build/*' \
		-not -path './.git/*' -not -path ./authcheck | sed 's#^\./##'
}

# The file as "line:code", comments, strings and character constants made blank: what is left is code. #include lines stay whole.
code() { # file
	perl -0777 -e '
		$_ = <>;
		s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*")|(\x27(?:\\.|[^\x27\\\n])*\x27)|(^[ \t]*\#[ \t]*include[^\n]*)}{
			my $t = $&; if (!defined $4) { $t =~ s/[^\n]/ /g } $t }gemsx;
		my $n = 0; print ++$n, ":$_\n" for split /\n/;
	' "$1"
}

# Faults where a pattern occurs in a file's code.
forbid() { # file pattern why
	code "$1" | grep -E "^[0-9]+:.*($2)" | sed -E "s#^([0-9]+):[[:space:]]*(.*)#$1:\1: $3: \2#" > "$scratch"
	faults_from < "$scratch"
}

scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
