"""Two folders of ndjson audits, of each zone as octoDNS has it and as a BIND file: the findings must be the same, but for what the BIND
file has stand-ins for. Says each difference that is left. See octodns.sh."""
import glob
import json
import os
import sys

octodns, bind = sys.argv[1:3]
passed = failed = explained = 0


def rows(path):
    """(rule, subject, detail, sure) of every finding, and by domain what the zone does not tell."""
    findings, unknown = set(), set()
    with open(path) as file:
        for line in file:
            report = json.loads(line)
            findings |= {(f["rule"], f["subject"], f["detail"], f["sure"]) for f in report["findings"]}
            unknown |= {u["question"] for u in report["unknown"]}
    return findings, unknown


def is_explained(row, unknown):
    """Is it about an address that the source gives as an alias, and the BIND file as a documentation address?"""
    rule, subject, detail, sure = row
    text = (detail or "") + " " + subject
    if "192.0.2.53" in text or "2001:db8::53" in text:
        return True
    return any(q.rsplit(" ", 1)[1] in ("A", "AAAA") and q.rsplit(" ", 1)[0] in text.split() + [subject] for q in unknown)


for path in sorted(glob.glob(octodns + "/*.ndjson")):
    other = os.path.join(bind, os.path.basename(path))
    if not os.path.exists(other):
        continue
    (ours, holes), (theirs, outside) = rows(path), rows(other)
    left = [row for row in sorted(ours ^ theirs, key=str) if not is_explained(row, holes - outside)]
    explained += len(ours ^ theirs) - len(left)
    for row in left:
        print("%s: only in %s: %s" % (os.path.basename(path)[:-7], "octoDNS" if row in ours else "BIND", row))
    failed += bool(left)
    passed += not left
print("%d findings differ for an alias alone" % explained)
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0 or passed == 0)
