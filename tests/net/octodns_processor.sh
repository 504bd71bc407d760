#!/usr/bin/env bash
# ci/octodns_authcheck.py in a real octoDNS, from zone files to zone files: what makes mail worse is not published. OCTODNS names a
# folder with the package octodns in it, where python3 has none of its own.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
export PYTHONPATH=$PWD/ci${OCTODNS:+:$OCTODNS} PYTHONDONTWRITEBYTECODE=1
python=/usr/bin/python3
[ -x $python ] || python=python3
$python -c 'import octodns.manager, octodns.provider.yaml' 2>/dev/null || { echo 'skipped: no octodns for python3'; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-octodns.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
mkdir "$work/config" "$work/live"
cat >"$work/octodns.yaml" <<Y
providers:
  config: { class: octodns.provider.yaml.YamlProvider, directory: $work/config, enforce_order: false }
  live: { class: octodns.provider.yaml.YamlProvider, directory: $work/live, enforce_order: false, supports_root_ns: false }
processors:
  authcheck: { class: octodns_authcheck.Authcheck, program: $authcheck, options: ['--offline'] }
zones:
  example.com.: { sources: [config], processors: [authcheck], targets: [live] }
Y

zone() { # SPF: the zone with this record
	cat >"$work/config/example.com.yaml" <<Y
'':
  - { type: ALIAS, value: web.example.net. }
  - { type: MX, value: { exchange: mx.example.com., preference: 10 } }
  - { type: TXT, value: '$1' }
_dmarc: { type: TXT, value: 'v=DMARC1\; p=reject\; rua=mailto:dmarc@example.com' }
mx: { type: A, value: 93.184.215.2 }
Y
}
sync() { # WHAT STATUS PATTERN
	$python -W always -m octodns.cmds.sync --config-file "$work/octodns.yaml" --doit --force >"$work/out" 2>&1
	if [ $? -ne "$2" ] || ! grep -q -- "$3" "$work/out"; then
		failed=$((failed + 1)); echo "FAILED: $1"; tail -n 20 "$work/out"
	elif grep 'DeprecationWarning.*[Aa]uthcheck' "$work/out"; then
		failed=$((failed + 1)); echo "FAILED: $1: the processor does what octoDNS will not have"
	else
		passed=$((passed + 1))
	fi
}
lives() { # WHAT TEXT
	if grep -qF -- "$2" "$work/live/example.com.yaml"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1"; fi
}

zone 'v=spf1 mx -all'
sync 'a zone that was not there' 0 'total changes'
zone 'v=spf1 mx ip4:1.2 -all'
sync 'a bad record' 1 'example.com TXT (planned:[0-9]*)'
lives 'the bad record is not published' 'v=spf1 mx -all'
zone 'v=spf1 mx ip4:93.184.216.0/24 -all'
sync 'a good record' 0 'total changes'
lives 'the good record is published' 93.184.216.0/24
sync 'nothing to do' 0 'total changes'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
