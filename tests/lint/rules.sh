#!/usr/bin/env bash
# The rule table, the stories and the doc say the same: each rule has a proper name, two stories (one that fires it, one that misses it
# by little) and a section in doc/rules.md.
# shellcheck source=tests/lint/lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

table=$(sed -nE 's/^[[:space:]]*RULE\(([A-Z0-9_]+),[[:space:]]*"([^"]*)",[[:space:]]*([A-Z_]+),[[:space:]]*([A-Z]+),.*/\1 \2 \3 \4/p' include/authcheck/rules.def)
rows=$(grep -chE '^[[:space:]]*RULE\(' include/authcheck/rules.def | awk '{ n += $1 } END { print n }')
[ -n "$table" ] || fault 'include/authcheck/rules.def: no rule at all'
[ "$(wc -l <<<"$table")" -eq "$rows" ] || fault "include/authcheck/rules.def: $rows rows, but only $(wc -l <<<"$table") begin as RULE(ID, \"name\", PROTO, SEVERITY, on one line"

names=$(awk '{ print $2 }' <<<"$table")
sort <<<"$names" | uniq -d | sed 's#^#include/authcheck/rules.def: twice: #' >"$scratch"
faults_from <"$scratch"

while read -r id name proto severity; do
	[ -n "$id" ] || continue
	[[ $name =~ ^[a-z][a-z0-9]*(-[a-z0-9]+)+$ ]] || fault "rules.def: \"$name\" is not kebab-case"
	[ "$id" = "$(tr 'a-z-' 'A-Z_' <<<"$name")" ] || fault "rules.def: id $id and name \"$name\" differ"
	case $proto in
	MTA_STS) prefix=sts ;;
	TLS_RPT) prefix=tlsrpt ;;
	PROFILE) prefix=$(sed -nE 's/^PROFILE\([A-Z0-9_]+, "([^"]*)".*/\1/p' include/authcheck/profiles.def | tr . - | while read -r p; do [[ $name != "$p"-* ]] || echo "$p"; done) ;;
	*) prefix=$(tr 'A-Z_' 'a-z-' <<<"$proto") ;;
	esac
	[[ $name == "$prefix"-* ]] || fault "rules.def: \"$name\" does not begin with its protocol, $prefix-"
	case $severity in INFO | WARNING | ERROR) ;; *) fault "rules.def: \"$name\": no such severity: $severity" ;; esac
	for story in fires miss; do
		file=fixtures/audit/$name/$story.tape
		if [ ! -f "$file" ]; then
			fault "$file: missing"
		elif ! head -n 1 "$file" | grep -q '^# .'; then
			fault "$file:1: the first line is a comment that says what the story shows"
		fi
	done
done <<<"$table"

for folder in fixtures/audit/*/; do
	[ -d "$folder" ] || continue
	name=$(basename "$folder")
	grep -qx -- "$name" <<<"$names" || fault "fixtures/audit/$name: there is no such rule"
	for file in "$folder"*; do
		case ${file##*/} in fires.tape | miss.tape) ;; *) fault "$file: no one reads this" ;; esac
	done
done

# doc/rules.md is made from the table by the program (make doc/rules.md); the copy in the tree is that very text.
program=${AUTHCHECK:-./authcheck}
if [ -x "$program" ] && "$program" rules --format markdown >"$scratch" 2>/dev/null; then
	cmp -s "$scratch" doc/rules.md || fault 'doc/rules.md: not what the table says; make doc/rules.md'
fi
while read -r name; do
	grep -qE "^#+ .*\`?$name\`?" doc/rules.md 2>/dev/null || fault "doc/rules.md: no section for $name"
done <<<"$names"
finish
