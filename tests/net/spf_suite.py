"""The test suite of RFC 7208 (openspf, rfc7208-tests.yml) through check_host(): spf_suite.py DRIVER SUITE [LEAST MOST].
With LEAST and MOST so many results (explanations aside) may be others, and are but counted; crashes may not be.

Each scenario becomes a tape: a name's records are facts, TIMEOUT after them makes all its other questions time
out, and SPF entries stand for TXT where the name has no TXT of its own, as the suite's own header says."""
import subprocess
import sys
import tempfile

import yaml


def quoted(text):
    out = []
    for octet in text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text:
        if octet in b'"\\' or octet < 0x20 or octet > 0x7E:
            out.append("\\%03d" % octet)
        else:
            out.append(chr(octet))
    return '"' + "".join(out) + '"'


def txt(value):
    parts = value if isinstance(value, list) else [value]
    strings = []
    for part in parts:
        octets = part.encode("latin-1")
        strings += [octets[i : i + 255] for i in range(0, len(octets), 255)] or [b""]
    return " ".join(quoted(s) for s in strings) or '""'


def name(text):
    """A name in presentation form; other octets than letters, digits and these are escaped."""
    plain = str(text).rstrip(".").lower() or "."
    return "".join(c if c.isalnum() or c in "-_.+=/!&~,%" else "\\%03d" % ord(c) for c in plain)


def proper(text):
    return all(0 < len(label) < 64 for label in text.split(".")) and len(text) < 254


def rdata(kind, value):
    if kind in ("TXT", "SPF"):
        return txt(value)
    if kind == "MX":
        return "%d %s" % (value[0], name(value[1]))
    if kind in ("PTR", "CNAME"):
        return name(value)
    return str(value)


def tape(zone):
    """Facts of a scenario; names with TIMEOUT get LOST for what they do not have."""
    lines = ["now 1400000000"]
    data = {}
    for owner, records in zone.items():
        owner = name(owner)
        sets, timeout = data.setdefault(owner, ({}, [False]))
        for record in records:
            if record == "TIMEOUT":
                timeout[0] = True
                continue
            for kind, value in record.items():
                sets.setdefault(kind, []).append(value)
    for owner, (sets, timeout) in data.items():
        if "TXT" not in sets and "SPF" in sets:
            sets["TXT"] = sets["SPF"]
        sets.pop("SPF", None)
        sets = {k: [v for v in values if v != "NONE"] for k, values in sets.items()}
        if not proper(owner):
            continue
        chain = ""
        target = owner
        while "CNAME" in data.get(target, ({}, 0))[0] and len(chain) < 200:
            target = name(data[target][0]["CNAME"][0])
            chain += ">%s " % target
        own = sets if target == owner else data.get(target, ({}, 0))[0]
        if target != owner and "TXT" not in own and "SPF" in own:
            own = dict(own, TXT=own["SPF"])
        for kind in ("TXT", "A", "AAAA", "MX", "PTR"):
            values = [v for v in own.get(kind, []) if v != "NONE"]
            if values:
                lines.append("%s %s SOME 300 %s%s" % (owner, kind, chain, " / ".join(rdata(kind, v) for v in values)))
            elif timeout[0]:
                lines.append("%s %s LOST timeout" % (owner, kind))
            elif target in data:
                lines.append("%s %s NONE NODATA" % (owner, kind) + (" " + chain.strip() if chain else ""))
    lines.append("* NONE NXDOMAIN")
    return "\n".join(lines) + "\n"


def main():
    driver, suite = sys.argv[1:3]
    differ = [int(n) for n in sys.argv[3:5]]
    passed = failed = 0
    unequal = []
    with open(suite, encoding="utf-8") as f:
        scenarios = [s for s in yaml.safe_load_all(f) if s]
    for scenario in scenarios:
        tests = list(scenario["tests"].items())
        with tempfile.NamedTemporaryFile("w", suffix=".tape") as t:
            t.write(tape(scenario.get("zonedata") or {}))
            t.flush()
            lines = "".join("%s\t%s\t%s\n" % (v["host"], v["helo"], v["mailfrom"] or "") for _, v in tests)
            run = subprocess.run([driver, t.name], input=lines, capture_output=True, text=True, check=False)
        got = run.stdout.splitlines()
        if run.returncode or len(got) != len(tests):
            print("FAILED: %s: %s" % (scenario["description"], run.stderr[:500]))
            failed += len(tests)
            continue
        for (test, want), line in zip(tests, got):
            result, explanation = line.split("\t")[:2]
            results = want["result"] if isinstance(want["result"], list) else [want["result"]]
            if differ and result not in results and result != "crashed":
                unequal.append(test)
                continue
            expected = want.get("explanation")
            if expected in (None, "DEFAULT"):
                right = expected is None or not explanation
            else:
                right = explanation == expected
            if result in results and (right or differ):
                passed += 1
            else:
                failed += 1
                print("FAILED: %s: %s: %s %r instead of %s %r" % (scenario["description"], test, result, explanation, "/".join(results), expected))
    if differ:
        print("%d results differ: %s" % (len(unequal), " ".join(sorted(unequal))))
        if not differ[0] <= len(unequal) <= differ[1]:
            print("FAILED: %d to %d were expected" % tuple(differ))
            failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


sys.exit(main())
