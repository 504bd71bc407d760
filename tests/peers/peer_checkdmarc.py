#!/usr/bin/env python3
"""checkdmarc, for run.py. Each domain in a process of its own, so that nothing is cached. Wants checkdmarc on its path."""
import json
import os
import sys

from checkdmarc import dmarc, mta_sts, smtp, smtp_tls_reporting, spf


def state(r):
    if r.get("valid"):
        return "ok"
    text = str(r.get("error", ""))
    absent = "does not exist" in text or "not found" in text.lower() or "No " in text
    return "none" if absent and not r.get("record") else "error"


def audit(domain):
    out, why = {}, {}
    r = spf.check_spf(domain)
    out["spf"] = state(r)
    if "dns_lookups" in r:  # with an error only where the error is about it
        out["spf_lookups"], out["spf_voids"] = r["dns_lookups"], r.get("void_dns_lookups")
    why["spf"] = (r.get("error"), r.get("warnings"))
    r = dmarc.check_dmarc(domain)
    out["dmarc"] = "applies" if r.get("valid") else "none"
    out["dmarc_at"] = r.get("location") if r.get("valid") else None
    why["dmarc"] = (r.get("error"), r.get("warnings"), {k: v.get("value") for k, v in (r.get("tags") or {}).items()})
    r = mta_sts.check_mta_sts(domain)
    out["sts"] = state(r)
    out["sts_mode"] = (r.get("policy") or {}).get("mode")
    why["sts"] = (r.get("error"), r.get("warnings"))
    patterns = (r.get("policy") or {}).get("mx")
    r = smtp_tls_reporting.check_smtp_tls_reporting(domain)
    out["tls_rpt"] = state(r)
    why["tls_rpt"] = (r.get("error"), r.get("warnings"))
    r = smtp.check_mx(domain, skip_tls=True, mta_sts_mx_patterns=patterns)
    out["mx"] = [h["hostname"] for h in r.get("hosts") or [] if h["hostname"]]
    uncovered = " is not included in the MTA-STS policy"
    out["sts_uncovered"] = sorted(w[:-len(uncovered)] for w in r.get("warnings") or [] if w.endswith(uncovered) and w != uncovered)
    why["mx"] = (r.get("error"), r.get("warnings"))
    out["why"] = why
    return out


for line in sys.stdin:
    domain = json.loads(line)["domain"]
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            said = audit(domain)
        except Exception as e:  # the tool's own failure is an answer too
            said = {"error": "%s: %s" % (type(e).__name__, e)}
        print(json.dumps(said, default=str), flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
