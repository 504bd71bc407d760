"""What the audits of the simulated internet must say: simnet_check.py EXPECTED LIVE REPLAY WALLS"""
import json
import statistics
import sys

expected = {}
with open(sys.argv[1]) as f:
    for line in f:
        e = json.loads(line)
        expected[e["domain"]] = e
live = [json.loads(line) for line in open(sys.argv[2])]
replay = [json.loads(line) for line in open(sys.argv[3])]
passed = failed = 0


def check(ok, what):
    global passed, failed
    ok = bool(ok)
    passed += ok
    failed += not ok
    if not ok:
        print("FAILED:", what)


# A planted kind, and a rule that must be among the findings.
FAULTS = {
    "spf": {
        "x-multiple": {"spf-multiple"}, "x-badip": {"spf-address", "spf-cidr"}, "x-toomany": {"spf-lookup-limit"},
        "x-syntax": {"spf-unknown-mechanism", "spf-domain-spec", "spf-cidr"}, "x-void3": {"spf-void-limit"},
        "x-loop": {"spf-loop"}, "x-incl-none": {"spf-include-none"}, "x-incl-nx": {"spf-include-nxdomain"},
        "x-redir-nx": {"spf-redirect-none"}, "x-plusall": {"spf-plus-all"}, "x-noall": {"spf-no-all"}, "x-ptr": {"spf-ptr"},
        "x-afterall": {"spf-terms-after-all"}, "x-nospace": {"spf-include-nxdomain", "spf-split-nospace"},
        "x-utf8": {"spf-nonascii"}, "x-v10": {"spf-version"}, "x-servfail": {"spf-include-temperror"},
        "x-huge": {"spf-size-tcp", "spf-size"}, "x-a-nx": {"spf-void-term"},
    },
    "dmarc": {
        "x-multiple": {"dmarc-multiple"}, "x-nop": {"dmarc-no-p"}, "x-badp": {"dmarc-bad-p"}, "x-vnotfirst": {"dmarc-version-first"},
        "x-nov": {"dmarc-none"}, "x-badrua": {"dmarc-rua-uri"}, "x-apex": {"dmarc-wrong-place"}, "x-semicolon": {"dmarc-version-first"},
        # one server holds both zones, and says NXDOMAIN of the alias's target instead of SERVFAIL
        "x-servfail": {"dmarc-unknown", "dmarc-cname-dangling"},
    },
    "dkim": {
        "x-revoked": {"dkim-revoked"}, "x-512": {"dkim-rsa-small"}, "x-base64": {"dkim-p-base64"}, "x-testing": {"dkim-t-y"},
        "x-wild": {"dkim-wildcard"}, "x-multi": {"dkim-multiple-txt"},
    },
    "mx": {
        "x-cname": {"mx-cname"}, "x-nx": {"mx-no-address"}, "x-noaddr": {"mx-no-address"}, "x-ip": {"mx-ip-literal"},
        "x-nullplus": {"mx-null-mixed"}, "x-localhost": {"mx-localhost"},
    },
    "mta_sts": {
        "x-badid": {"sts-id"}, "x-multiple": {"sts-multiple"}, "x-404": {"sts-status"}, "x-nohost": {"sts-orphan"},
        "x-mxmismatch": {"sts-mx-nomatch", "sts-null-mx"}, "x-badcert": {"sts-https"},
    },
    "tls_rpt": {"x-multiple": {"tlsrpt-multiple"}, "x-norua": {"tlsrpt-rua-missing"}, "x-version": {"tlsrpt-version"}},
}
PREFIX = {"spf": "spf-", "dmarc": "dmarc-", "dkim": "dkim-", "mx": "mx-", "mta_sts": "sts-", "tls_rpt": "tlsrpt-"}
# Every address of the simulated internet is shared or documentation space, so no host can be reached.
ADDRESSES = {"mx-private-ip", "mx-no-address", "spf-private-ip"}


def due(e, proto):
    """Errors that a domain without a planted fault of this protocol has all the same, because of what else was planted in it."""
    rules = set()
    if proto == "spf" and e["spf"] == "none":
        rules.add("spf-none")
    if proto == "dmarc" and e["dmarc"] == "absent":
        rules.add("dmarc-none")
    if proto == "dmarc" and (e["mx"] in ("none", "null") or e["mx"].startswith("x-")):
        rules.add("dmarc-rua-mx")
    if proto == "dmarc" and e["dmarc"] == "rua-ext-unauth":
        rules.add("dmarc-rua-external")
    if proto == "mx" and e["mx"] == "none":
        rules.add("mx-none-at-all")
    if proto == "mx" and e["mx"] == "null":
        rules.add("mx-null")
    if proto == "mta_sts" and (e["mx"] in ("none", "null") or e["mx"].startswith("x-")):
        rules.add("sts-mx-nomatch")
    return rules


check(len(live) == len(expected), "a report for every domain")
for r in live:
    e = expected[r["domain"]]
    lookups = r["protocols"]["spf"].get("lookups") or 0
    if e["spf"] == "x-afterall":
        # What stands behind `all` never runs (RFC 7208 5.1); the generator counts it.
        check(lookups == e["spf_lookups"] - 1, f"{r['domain']}: {lookups} look-ups")
    else:
        check(lookups == e["spf_lookups"], f"{r['domain']}: {lookups} look-ups, planted {e['spf_lookups']}")
    found = {f["rule"] for f in r["findings"]}
    for proto, faults in FAULTS.items():
        if e[proto] in faults:
            check(faults[e[proto]] & found, f"{r['domain']}: {proto} {e[proto]} is not found")
            continue
        errors = {f["rule"] for f in r["findings"] if f["rule"].startswith(PREFIX[proto]) and f["severity"] == "error"}
        wrong = errors - ADDRESSES - due(e, proto)
        check(not wrong, f"{r['domain']}: {proto} {e[proto]} has {wrong}")

for a, b in zip(live, replay):
    a.pop("stats")
    b.pop("stats")
    check(a == b, f"{a['domain']}: the tape gives another report")

ratios = []
for line in open(sys.argv[4]):
    domain, wall_us = line.split()
    ratios.append((int(wall_us) / 1000 - 30) / (expected[domain]["rounds"] * 50))
print(f"(wall - 30 ms) / (rounds x 50 ms): median {statistics.median(ratios):.2f} of {len(ratios)} domains, at most 1.3")
check(statistics.median(ratios) <= 1.3, "an audit takes longer than its round trips")
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
