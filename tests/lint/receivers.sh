#!/usr/bin/env bash
# doc/receivers.md is what the table says, every receiver has a row in it, and every rule that a ruling blames has a story that says who
# refuses for it.
# shellcheck source=tests/lint/lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

program=${AUTHCHECK:-./authcheck}
if [ -x "$program" ] && "$program" receivers --format markdown >"$scratch" 2>/dev/null; then
	cmp -s "$scratch" doc/receivers.md || fault 'doc/receivers.md: not what the table says; make doc/receivers.md'
fi
while read -r name; do
	grep -q "^\`$name\`: " doc/receivers.md 2>/dev/null || fault "doc/receivers.md: no section for $name"
done < <(sed -nE 's/^RECEIVER\([A-Z0-9_]+, "([^"]*)".*/\1/p' include/authcheck/receivers.def)

# What only an unsure finding brings about refuses nobody for sure, and a domain that does not exist sends nothing.
while read -r id; do
	name=$(tr 'A-Z_' 'a-z-' <<<"$id")
	case $name in spf-temperror | spf-include-temperror | dkim-unknown | mx-unknown | mx-no-domain) continue ;; esac
	grep -q '^#! refuse ' "fixtures/audit/$name/fires.tape" 2>/dev/null || fault "fixtures/audit/$name/fires.tape: does not say who refuses (#! refuse)"
done < <(sed -nE 's/^BLAME\([A-Z0-9_]+, ([A-Z0-9_]+), (YES|MAYBE)\)$/\1/p' include/authcheck/conditions.def | sort -u)
finish
