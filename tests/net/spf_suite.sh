#!/usr/bin/env bash
# check_host() against the test suites of RFC 7208 and RFC 4408 (openspf), results and explanations, each with the answers in several
# orders. Where the RFCs differ, the older suite allows for both.
set -u
suites=${AUTHCHECK_SHARED:-/nonexistent}/suites/pyspf/test
[ -r "$suites/rfc7208-tests.yml" ] || { echo 'skipped: no test suite of RFC 7208'; exit 77; }
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
failed=0
for suite in rfc7208 rfc4408; do
	python3 tests/net/spf_suite.py build/san/tests/net/spf_driver "$suites/$suite-tests.yml" || failed=1
done
[ $failed -eq 0 ]
