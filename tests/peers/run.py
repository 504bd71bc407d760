#!/usr/bin/env python3
"""Runs other tools over the cases of fixtures/case, against the same DNS as authcheck: a name server that answers as the tape does.

  run.py --out FOLDER [--peer NAME=COMMAND]... [CASE...]

COMMAND reads one JSON object a line ({"domain", "selectors"}) and writes one for each: see the files peer_*
beside this one. What each one said goes to FOLDER/answers.json, and as a table to standard output: for authcheck and each
peer the same fields, side by side, with a * where they differ. Who is right is for the reader and the RFC to say.

Runs as root in a network namespace of its own, whose addresses are all on its loopback interface: nothing leaves the machine. Needs knotd
(Debian: knot), unshare and ip; for MTA-STS policies openssl."""
import argparse
import glob
import http.server
import json
import os
import re
import shlex
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tape_zone

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BASE = os.path.join(TREE, "fixtures/audit/base.tape")
# Errors about what a record or policy allows, or about another one; all others are about its being one.
SOUND = {"spf-plus-all", "spf-include-all", "spf-cidr-huge", "spf-modifier-typo", "spf-none", "spf-version", "sts-mx-nomatch"}


def inside(args):
    """The same command in a namespace of its own."""
    env = dict(os.environ, AUTHCHECK_PEERS_INSIDE="1")
    os.execvpe("unshare", ["unshare", "-n", "-m", sys.executable, os.path.abspath(__file__)] + args, env)


def namespace(work):
    def do(*command):
        subprocess.run(command, check=True)
    do("ip", "link", "set", "lo", "up")
    for address in ("93.184.215.14/32",):
        do("ip", "addr", "add", address, "dev", "lo")
    with open(work + "/resolv.conf", "w", encoding="ascii") as f:
        f.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    do("mount", "--bind", work + "/resolv.conf", "/etc/resolv.conf")


class NameServer:
    def __init__(self, work):
        self.work, self.knot = work, None

    def start(self, lines, servfail):
        with open(self.work + "/root.zone", "w", encoding="ascii") as f:
            f.write("\n".join(lines) + "\n")
        conf = 'server:\n  listen: 127.0.0.1@53\n  rundir: "%s"\n  user: root\ndatabase:\n  storage: "%s"\n' \
               'zone:\n  - domain: .\n    file: "%s/root.zone"\n' % (self.work, self.work, self.work)
        for name in servfail:
            conf += '  - domain: %s\n    file: "%s/none"\n' % (name, self.work)
        with open(self.work + "/knot.conf", "w", encoding="ascii") as f:
            f.write(conf)
        self.knot = subprocess.Popen(["knotd", "-c", self.work + "/knot.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        query = b"\0\7\1\0\0\1\0\0\0\0\0\0\0\0\6\0\1"
        for _ in range(100):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.settimeout(0.1)
                s.sendto(query, ("127.0.0.1", 53))
                try:
                    if s.recv(512)[3] & 15 == 0:
                        return
                except OSError:
                    pass
            time.sleep(0.05)
        raise SystemExit("knotd does not answer")

    def stop(self):
        self.knot.terminate()
        self.knot.wait()


class PolicyServer:
    """https://mta-sts.example.com, with a CA of its own. A redirect leads to a policy that is in order."""

    def __init__(self, work):
        self.ca = work + "/ca.pem"
        conf = work + "/ca.conf"
        with open(conf, "w", encoding="ascii") as f:
            f.write("[x]\nsubjectAltName=DNS:mta-sts.example.com\nbasicConstraints=critical,CA:FALSE\n"
                    "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n")
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

        def openssl(*a):
            subprocess.run(("openssl",) + a, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        openssl("req", "-x509", "-subj", "/CN=CA of a test", "-days", "2", "-addext", "keyUsage=critical,keyCertSign", *key,
                "-keyout", work + "/ca.key", "-out", self.ca)
        openssl("req", "-subj", "/CN=mta-sts.example.com", *key, "-keyout", work + "/host.key", "-out", work + "/host.csr")
        openssl("x509", "-req", "-in", work + "/host.csr", "-CA", self.ca, "-CAkey", work + "/ca.key", "-days", "2", "-extfile", conf,
                "-extensions", "x", "-out", work + "/host.pem")
        self.answer, self.good, outer = None, (200, "text/plain", b""), self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, ctype, body = outer.answer if self.path == "/.well-known/mta-sts.txt" and outer.answer else outer.good
                self.send_response(status)
                self.send_header("Content-Type", ctype)
                self.send_header("Content-Length", str(len(body)))
                if 300 <= status < 400:
                    self.send_header("Location", "https://mta-sts.example.com/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("93.184.215.14", 443), Handler)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(work + "/host.pem", work + "/host.key")
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    @staticmethod
    def read(fact):
        if not fact or fact[0] != "SOME":
            return None
        status, ctype, body = fact[4][0]
        body = body[1:-1].replace("\\r", "\r").replace("\\n", "\n").replace('\\"', '"')
        return int(status), ctype.strip('"'), body.encode()


def authcheck(case, ca):
    command = [os.path.join(TREE, "authcheck"), "--format", "json", "--discover", "none", "--nameserver", "127.0.0.1", "--ca-file", ca,
               "--timeout", "3"]
    for s in case["selectors"]:
        command += ["--selector", s]
    r = json.loads(subprocess.run(command + [case["domain"]], stdout=subprocess.PIPE, check=False).stdout)
    bad = {f["protocol"]: f["rule"] for f in r["findings"] if f["severity"] == "error" and f["sure"] and f["rule"] not in SOUND}
    p = r["protocols"]
    spf, dmarc, sts, rpt = p["spf"], p["dmarc"], p["mta_sts"], p["tls_rpt"]
    out = {}

    def state(proto, there):
        status = p[proto]["status"]
        return "unknown" if status == "unknown" else "error" if proto in bad else "ok" if there else "none"
    out["spf"] = state("spf", spf["records"])
    out["spf_lookups"], out["spf_voids"] = spf["lookups"], spf["void_lookups"]
    out["dmarc"] = "unknown" if dmarc["status"] == "unknown" else "applies" if dmarc["effective_policy"] else "none"
    out["dmarc_at"] = dmarc["found_at"][7:] if dmarc["effective_policy"] else None
    out["mx"] = [] if p["mx"]["implicit"] else [h["name"] for h in p["mx"]["hosts"]]
    out["sts"] = state("mta_sts", sts["record"])
    out["sts_mode"] = sts["mode"] if out["sts"] == "ok" else None
    out["sts_uncovered"] = sorted(f["subject"] for f in r["findings"] if f["rule"] in ("sts-mx-nomatch", "sts-mx-nomatch-testing"))
    out["tls_rpt"] = state("tls_rpt", rpt["record"])
    out["dkim"] = {k["selector"]: "%s %s" % (k["type"], k["bits"]) for k in p["dkim"]["keys"] if k["usable"]}
    out["why"] = sorted(f["rule"] for f in r["findings"] if f["severity"] != "info")
    return out


class Peer:
    def __init__(self, name, command, env):
        self.name = name
        self.proc = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True)

    def ask(self, case):
        self.proc.stdin.write(json.dumps(case) + "\n")
        self.proc.stdin.flush()
        line = self.proc.stdout.readline()
        return json.loads(line) if line else {"error": "it ended"}


def wanted(path):
    case = {"domain": "example.com", "selectors": ["sel1"]}
    with open(path, encoding="utf-8") as f:
        for line in f:
            m = re.match(r"#! (domain|selector) (.*)", line)
            if m and m[1] == "domain":
                case["domain"] = m[2].strip()
            elif m:
                case["selectors"].append(m[2].strip())
    return case


def compare(case, ours, answers):
    for field in [f for f in ours if f != "why"]:
        for name, said in answers.items():
            if field in said and said[field] != ours[field]:
                yield "%-52s %-16s %-16s %s * authcheck: %s" % (case, field, name, json.dumps(said[field]), json.dumps(ours[field]))
    for name, said in answers.items():
        if "error" in said:
            yield "%-52s %-16s %-16s %s" % (case, "failed", name, said["error"])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True)
    ap.add_argument("--peer", action="append", default=[])
    ap.add_argument("case", nargs="*")
    a = ap.parse_args()
    if not os.environ.get("AUTHCHECK_PEERS_INSIDE"):
        inside(sys.argv[1:])
    os.makedirs(a.out, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        run(a, work)


def run(a, work):
    namespace(work)
    dns, https = NameServer(work), PolicyServer(work)
    https.good = https.read(tape_zone.facts([BASE])["mta-sts.example.com", "HTTPS"])
    env = dict(os.environ, REQUESTS_CA_BUNDLE=https.ca, NODE_EXTRA_CA_CERTS=https.ca)
    peers = [Peer(*p.split("=", 1), env) for p in a.peer]
    everything, unserved, took = {}, [], {}
    for path in sorted(glob.glob(os.path.join(TREE, "fixtures/case/*/*.tape"))):
        name = "/".join(path.split("/")[-2:])[:-5]
        if a.case and not any(c in name for c in a.case):
            continue
        try:
            lines, servfail = tape_zone.zone([BASE, path])
        except tape_zone.Unservable as e:
            unserved.append("%s: %s" % (name, e))
            continue
        https.answer = https.read(tape_zone.facts([BASE, path]).get(("mta-sts.example.com", "HTTPS")))
        dns.start(lines, servfail)
        case = wanted(path)
        begun = time.monotonic()
        ours = authcheck(case, https.ca)
        took["authcheck"] = took.get("authcheck", 0) + time.monotonic() - begun
        answers = {}
        for p in peers:
            begun = time.monotonic()
            answers[p.name] = p.ask(case)
            took[p.name] = took.get(p.name, 0) + time.monotonic() - begun
        dns.stop()
        everything[name] = dict(answers, authcheck=ours)
        for line in compare(name, ours, answers):
            print(line, flush=True)
    with open(os.path.join(a.out, "answers.json"), "w", encoding="utf-8") as f:
        json.dump({"answers": everything, "not served": unserved, "seconds": took}, f, indent=1)
    print("%d variants asked; %d that a name server cannot serve" % (len(everything), len(unserved)))


if __name__ == "__main__":
    main()
