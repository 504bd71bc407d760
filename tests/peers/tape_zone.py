#!/usr/bin/env python3
"""A tape as a zone: tape_zone.py BASE TAPE...  writes a master file of the root, for a name server that answers as the tape does.

What a name server cannot answer (a time-out, an NXDOMAIN above a name that exists) raises Unservable."""
import re
import sys

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\S+')


class Unservable(Exception):
    pass


def facts(paths):
    """The last fact of each question: {(name, type): (state, why, ttl, chain, records)}; "signed" is a set of names beside them."""
    out, signed = {}, set()
    out["signed"] = signed
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for line in f:
                tok = TOKEN.findall(line)
                if not tok or tok[0].startswith("#") or tok[0] in ("now", "*"):
                    continue
                name, rtype, state, rest = tok[0], tok[1], tok[2], tok[3:]
                ttl = rest.pop(0) if rest and rest[0].isdigit() else "3600"
                if state != "SOME" and rest and not rest[0].startswith(">"):
                    why = rest.pop(0)
                    ttl = rest.pop(0) if rest and rest[0].isdigit() else "3600"
                else:
                    why = ""
                chain = []
                while rest and re.match(r">|[a-z]+=", rest[0]):
                    word = rest.pop(0)
                    if word[0] == ">":
                        chain.append(word[1:])
                    elif word == "ad=1" and name != ".":
                        signed.add(name)
                records, now = [], []
                for word in rest + ["/"]:
                    if word == "/":
                        records.append(now)
                        now = []
                    else:
                        now.append(word)
                out[name, rtype] = (state, why, ttl, chain, [r for r in records if r])
    return out


def text(word):
    for letter, code in (("\\r", "\\013"), ("\\n", "\\010"), ("\\t", "\\009")):
        word = word.replace(letter, code)
    return word


def dotted(name):
    return name if name.endswith(".") else name + "."


def rdata(rtype, record):
    if rtype == "MX":
        return "%s %s" % (record[0], dotted(record[1]))
    if rtype in ("PTR", "CNAME", "NS"):
        return dotted(record[0])
    return " ".join(text(w) for w in record)


def zone(paths):
    """The lines of the zone, and the names below which the server is to answer SERVFAIL."""
    lines, servfail, have, nodata, nxdomain = {}, [], set(), set(), set()
    told = facts(paths)
    for name in told.pop("signed"):
        raise Unservable("%s is signed" % name)
    for (name, rtype), (state, why, ttl, chain, records) in told.items():
        if rtype in ("HTTPS", "SMTP") or name == ".":
            continue
        if state == "LOST":
            if why != "servfail":
                raise Unservable("%s %s is LOST %s" % (name, rtype, why))
            servfail.append(name)
            continue
        at = name
        for target in chain:
            lines["%s %s CNAME %s" % (dotted(at), ttl, dotted(target))] = None
            have.add(at)
            at = target
        if state == "SOME":
            have.add(at)
            for record in records:
                lines["%s %s %s %s" % (dotted(at), ttl, rtype, rdata(rtype, record))] = None
        elif why == "NODATA":
            nodata.add(at)
        else:
            nxdomain.add(at)
    for name in nxdomain:
        if any(n == name or n.endswith("." + name) for n in have):
            raise Unservable("%s is said not to exist, and names below it do" % name)
    for name in nodata - have:
        if not any(n.endswith("." + name) for n in have):
            lines['%s 3600 TYPE65280 \\# 0' % dotted(name)] = None
    alias = {line.split()[0] for line in lines if line.split()[2] == "CNAME"}
    for line in lines:
        if line.split()[0] in alias and line.split()[2] != "CNAME":
            raise Unservable("%s is an alias for some types only" % line.split()[0])
    head = [". 3600 SOA ns.invalid. hostmaster.invalid. 1 7200 900 1209600 300", ". 3600 NS ns.invalid.", "ns.invalid. 3600 A 127.0.0.1"]
    return head + list(lines), servfail


if __name__ == "__main__":
    try:
        print("\n".join(zone(sys.argv[1:])[0]))
    except Unservable as e:
        sys.exit("tape_zone.py: %s" % e)
