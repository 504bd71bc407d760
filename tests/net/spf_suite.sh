#!/usr/bin/env bash
# check_host() against the test suite of RFC 7208 (openspf), results and explanations, each with the answers in several orders.
set -u
suite=${AUTHCHECK_SHARED:-/nonexistent}/suites/pyspf/test/rfc7208-tests.yml
[ -r "$suite" ] || { echo 'skipped: no test suite of RFC 7208'; exit 77; }
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
exec python3 tests/net/spf_suite.py build/san/tests/net/spf_driver "$suite"
