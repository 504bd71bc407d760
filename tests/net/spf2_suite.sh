#!/usr/bin/env bash
# libspf2, as src/stack runs it, over the test suite of RFC 7208. How often it differs from the RFC is its own affair, and said; what is
# asked here is that each case gets an answer (no crash, no end that does not come), and that the differences are about as many as
# libspf2 is known for: a driver that gives it wrong facts would make more, one that answers for it fewer.
set -u
suite=${AUTHCHECK_SHARED:-/nonexistent}/suites/pyspf/test/rfc7208-tests.yml
[ -r "$suite" ] || { echo 'skipped: no test suite of RFC 7208'; exit 77; }
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
exec python3 tests/net/spf_suite.py build/san/tests/net/spf2_driver "$suite" 40 70
