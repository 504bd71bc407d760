#!/usr/bin/env bash
# Zone files against a real authoritative server: for every name of a zone, and names below, beside and covered by its wildcards, our
# answer is Knot's: response code, aliases and records.
. "$(dirname "$0")/lib.sh"
zones=${AUTHCHECK_SHARED:-../shared}/corpora/zones

# The driver is built as ask_driver is.
compare=${driver%/*}/zone_driver
# shellcheck disable=SC2046
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Iinclude/authcheck -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -o "$compare" \
	tests/net/zone_driver.c build/san/libauthcheck.a $(sed -n 's/^LIB_LIBS = //p' build/config.mk) || exit 1

cat >"$work/cases.example.zone" <<'Z'
$ORIGIN cases.example.
$TTL 300
@ SOA ns hostmaster 1 7200 3600 1209600 120
@ NS ns
@ MX 10 mx
ns A 192.0.2.1
mx A 192.0.2.2
*.wild TXT "wild"
*.wild MX 10 mx
host.wild A 192.0.2.3
deep.below.wild TXT "x"
*.alias CNAME mx
a.b.c.empty TXT "only the leaf is there"
sub NS ns.sub
sub NS ns.elsewhere.example.net.
ns.sub A 192.0.2.4
www.sub A 192.0.2.5
one CNAME two
two CNAME three
three TXT "end"
gone CNAME nowhere
out CNAME www.elsewhere.example.net.
into CNAME x.sub
d DNAME three
under.d2 A 192.0.2.6
_dmarc TXT "v=DMARC1; p=none"
sel._domainkey TXT "v=DKIM1; p="
a\.b TXT "dot"
deep.*.entwild A 192.0.2.7
*.x.y TXT "below an empty one"
*.intocut CNAME host.sub
*.outward CNAME www.elsewhere.example.net.
x.*.wild TXT "below a wildcard"
signed NS ns.sub
signed DS 1 8 2 00
up DNAME wild
chain CNAME a.up
loop1 CNAME loop2
loop2 CNAME loop1
selfish CNAME selfish
under.one A 192.0.2.8
\000\001 TXT "low octets"
Z
files=("$work/cases.example.zone" fixtures/zone/demo.zone)
origins=(cases.example pelican-press.example)
if [ -d "$zones" ]; then
	for file in "$zones"/*.zone; do
		files+=("$(realpath "$file")")
		origins+=("$(basename "$file" .zone)")
	done
else
	echo 'the zones of the corpora are not here: skipped'
fi

# A server with both a zone and one below it would answer for the lower one: zones go by how many of the others are above them.
depth_of() { # ORIGIN
	local up=$1 n=0
	while [[ $up == *.* ]]; do
		up=${up#*.}
		[ -z "${known[$up]:-}" ] || n=$((n + 1))
	done
	echo $n
}
declare -A known
for origin in "${origins[@]}"; do known[$origin]=1; done
depths=()
for i in "${!origins[@]}"; do depths[i]=$(depth_of "${origins[i]}"); done

zones_at() { # DEPTH
	local i
	for i in "${!files[@]}"; do
		[ "${depths[i]}" -ne "$1" ] || printf '  - domain: "%s"\n    file: "%s"\n' "${origins[i]}" "$(realpath "${files[i]}")"
	done
}

serve_depth() { # DEPTH
	local dir=$work/depth$1
	mkdir "$dir"
	port=$(free_port)
	serve_knot "$port" "$dir" error < <(zones_at "$1")
	sleep 2
}

refused=0
for depth in $(printf '%s\n' "${depths[@]}" | sort -un); do
	serve_depth "$depth"
	for i in "${!files[@]}"; do
		[ "${depths[i]}" -eq "$depth" ] || continue
		# a zone that the server itself does not take has no answers to compare
		if grep -q "\[${origins[i]}\.\].*fail" "$work/depth$depth/knot.log"; then
			refused=$((refused + 1))
		elif out=$("$compare" knot "$port" "${files[i]}" "${origins[i]}" 2>&1); then
			pass
		else
			fail "$(tail -n 12 <<<"$out")"
		fi
	done
done
echo "$refused zones that the server does not take were left out"
finish
