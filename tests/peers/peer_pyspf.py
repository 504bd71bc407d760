#!/usr/bin/env python3
"""pyspf, for run.py: the answer to mail from an address that no record names. Wants pyspf on its path (Debian: python3-spf)."""
import json
import sys

import spf

for line in sys.stdin:
    domain = json.loads(line)["domain"]
    query = spf.query(i="203.0.113.200", s="someone@" + domain, h="client.example.org", timeout=4, querytime=20)
    result, _, text = query.check()
    out = {"spf": {"permerror": "error", "temperror": "unknown", "none": "none"}.get(result, "ok"), "result": result, "why": text}
    if result not in ("none", "permerror", "temperror"):
        out["spf_lookups"] = query.lookups
        if hasattr(query, "void_lookups"):
            out["spf_voids"] = query.void_lookups
    print(json.dumps(out), flush=True)
