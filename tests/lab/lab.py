#!/usr/bin/env python3
"""A real receiver agrees: Postfix with policyd-spf, OpenDKIM and OpenDMARC takes the mail of fixtures/lab/senders.tape, and what each
of them answers is what `authcheck sender` predicts, code and phrase.

All of it runs as root in namespaces of its own (network, mounts, processes): the addresses of the senders are on its loopback, so that
every client really connects from its own; /etc/resolv.conf is the lab's, and names Knot, which serves the tape; nothing listens outside,
nothing of the machine's own configuration is used, and no process outlives the run.

Each receiver is asked by itself: an smtpd with that check alone, once as Debian installs it, once with what the table of receivers calls
optional turned on. One more smtpd ("all") has the three as Debian installs them, but for RejectFailures: the first that refuses speaks.

  policyd-spf   as installed; and with PermError_reject and TempError_Defer
  opendkim      as installed; and with On-BadSignature, On-KeyNotFound reject
  opendmarc     as installed; and with RejectFailures: SPF it takes from the Received-SPF field of policyd-spf (there with HELO_reject and
                Mail_From_reject False, so that it adds the field and refuses nothing), DKIM from OpenDKIM's Authentication-Results.
                "self": with SPFIgnoreResults and SPFSelfValidate as well, as many guides have it: SPF by libspf2
  postfix       as installed; and with reject_unknown_client_hostname, reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname,
                reject_unknown_helo_hostname and reject_unknown_sender_domain

A prediction that ends in "..." is compared as far as it goes: the rest is the receiver's own words about a record."""
import argparse
import base64
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TREE, "tests/peers"))
import tape_zone
import dkim

TAPE = os.path.join(TREE, "fixtures/lab/senders.tape")
RECIPIENT = "alice@lab.example"
RECEIVERS = ("postfix", "policyd-spf", "opendkim", "opendmarc")


# ---- who sends ----

class Sender:
    def __init__(self, line):
        words = shlex.split(line)
        self.domain, self.what = words[0], words[1]
        at = {"ip": "93.184.215.20", "helo": "mail.host.example", "mail-from": "bob@" + self.domain, "dkim": self.domain + ":s1", "self": ""}
        for word in words[2:]:
            key, value = word.split("=", 1)
            if key not in at:
                raise SystemExit("%s: %s?" % (TAPE, word))
            at[key] = value
        self.ip, self.helo, self.mail_from = at["ip"], at["helo"], at["mail-from"].strip("<>")
        self.self_accepts = at["self"] == "accept"
        self.dkim = [] if at["dkim"] == "none" else [s.split(":") for s in at["dkim"].split(",")]

    def options(self):
        out = ["--ip", self.ip, "--helo", self.helo, "--mail-from", self.mail_from or "<>", "--from", self.domain]
        for signature in self.dkim:
            out += ["--dkim", ":".join(signature)]
        return out

    def message(self, key):
        head = ("From: Bob <bob@%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@%s>\r\n"
                % (self.domain, RECIPIENT, self.what, self.domain)).encode()
        body, signatures = b"\r\nHello.\r\n", b""
        for domain, selector, *state in self.dkim:
            signatures += dkim.sign(head + (b"\r\nGoodbye.\r\n" if state else body), selector.encode(), domain.encode(), key,
                                    include_headers=[b"from", b"to", b"subject", b"date"], canonicalize=(b"relaxed", b"relaxed"))
        return signatures + head + body


def senders():
    with open(TAPE, encoding="utf-8") as f:
        return [Sender(line[8:]) for line in f if line.startswith("#! send ")]


# ---- the machine ----

def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def namespace(work, addresses):
    def do(*command):
        subprocess.run(command, check=True)
    do("ip", "link", "set", "lo", "up")
    for address in addresses:
        if ":" in address:
            do("ip", "addr", "add", address + "/128", "dev", "lo", "nodad")
        else:
            do("ip", "addr", "add", address + "/32", "dev", "lo")
    for name, text in (("resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n"), ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
                       ("hosts", "127.0.0.1 localhost\n")):
        do("mount", "--bind", write("%s/%s" % (work, name), text), "/etc/" + name)


def wait_for(port, what):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("%s does not listen" % what)


class Machine:
    def __init__(self, work):
        self.work, self.processes = work, []
        self.env = dict(os.environ, PATH="/usr/sbin:/usr/bin:/sbin:/bin")

    def run(self, name, *command):
        with open("%s/%s.log" % (self.work, name), "wb") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait()

    def name_server(self, public):
        lines, servfail = tape_zone.zone([TAPE])
        key = "p=%s\" \"%s" % (public[:180], public[180:])  # a character string has at most 255 octets
        write(self.work + "/root.zone", "\n".join(line.replace("p=KEY", key) for line in lines) + "\n")
        conf = 'server:\n  listen: 127.0.0.1@53\n  rundir: "%s"\n  user: root\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n' \
               'database:\n  storage: "%s"\nzone:\n  - domain: .\n    file: "%s/root.zone"\n' % ((self.work,) * 3)
        for name in servfail:  # a zone without a file
            conf += '  - domain: %s\n    file: "%s/none"\n' % (name, self.work)
        self.run("knotd", "knotd", "-c", write(self.work + "/knot.conf", conf))
        wait_for(53, "knotd")

    def milter(self, name, program, port, conf):
        conf += "Socket inet:%d@127.0.0.1\nPidFile %s/%s.pid\nSyslog false\n" % (port, self.work, name)
        flag = "-x" if program == "opendkim" else "-c"
        self.run(name, program, "-f", flag, write("%s/%s.conf" % (self.work, name), conf))
        wait_for(port, name)
        return "inet:127.0.0.1:%d" % port


# ---- Postfix ----

MAIN = """compatibility_level = 3.6
queue_directory = {work}/spool
data_directory = {work}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {work}/mail.log
maillog_file_prefixes = {work}
myhostname = lab.example
mydestination = lab.example
mynetworks = 127.0.0.1/32
inet_interfaces = all
inet_protocols = all
alias_maps =
alias_database =
local_recipient_maps =
local_transport = discard
biff = no
policyd-spf_time_limit = 3600
smtpd_client_connection_count_limit = 0
smtpd_milters =
milter_default_action = tempfail
"""

MASTER = """pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""

POLICYD = "debugLevel = 1\nTestOnly = 1\nHELO_reject = %s\nMail_From_reject = %s\nPermError_reject = %s\nTempError_Defer = %s\n" \
          "skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1\n"
OPENDKIM = "Canonicalization relaxed/simple\nOversignHeaders From\nUMask 007\nNameservers 127.0.0.1\n"
OPENDMARC = "PublicSuffixList /usr/share/publicsuffix/public_suffix_list.dat\nUMask 0002\n"
CHECKS = "reject_unknown_client_hostname,reject_invalid_helo_hostname,reject_non_fqdn_helo_hostname,reject_unknown_helo_hostname," \
         "reject_unknown_sender_domain"


def policy(name):
    return "smtpd_recipient_restrictions=check_policy_service,unix:private/" + name


class Postfix:
    """smtpd services, each with its own checks: ports[receiver, which], which: "installed" or "set"; ports["all"]."""

    def __init__(self, machine):
        self.machine, self.ports, self.next, self.services = machine, {}, 2500, ""

    def smtpd(self, key, *options):
        self.next += 1
        self.ports[key] = self.next
        self.services += "%d inet n - n - - smtpd -o syslog_name=postfix/%d -o smtpd_helo_required=yes%s\n" % (
            self.next, self.next, "".join(" -o " + o for o in options))

    def policyd(self, name, *how):
        conf = write("%s/%s.conf" % (self.machine.work, name), POLICYD % how)
        self.services += "%s unix - n n - 0 spawn user=nobody argv=/usr/bin/policyd-spf %s\n" % (name, conf)

    def configure(self):
        m = self.machine
        self.policyd("spf-installed", "Fail", "Fail", "False", "False")
        self.policyd("spf-set", "Fail", "Fail", "True", "True")
        self.policyd("spf-header", "False", "False", "False", "False")
        dkim_installed = m.milter("opendkim-installed", "opendkim", 8901, OPENDKIM)
        dkim_set = m.milter("opendkim-set", "opendkim", 8902, OPENDKIM + "On-BadSignature reject\nOn-KeyNotFound reject\n")
        dmarc_installed = m.milter("opendmarc-installed", "opendmarc", 8903, OPENDMARC)
        dmarc_set = m.milter("opendmarc-set", "opendmarc", 8904, OPENDMARC + "RejectFailures true\n")
        self.smtpd(("postfix", "installed"))
        self.smtpd(("postfix", "set"), "smtpd_recipient_restrictions=" + CHECKS)
        self.smtpd(("policyd-spf", "installed"), policy("spf-installed"))
        self.smtpd(("policyd-spf", "set"), policy("spf-set"))
        self.smtpd(("opendkim", "installed"), "smtpd_milters=" + dkim_installed)
        self.smtpd(("opendkim", "set"), "smtpd_milters=" + dkim_set)
        header = policy("spf-header")
        self.smtpd(("opendmarc", "installed"), header, "smtpd_milters=%s,%s" % (dkim_installed, dmarc_installed))
        self.smtpd(("opendmarc", "set"), header, "smtpd_milters=%s,%s" % (dkim_installed, dmarc_set))
        dmarc_self = m.milter("opendmarc-self", "opendmarc", 8905, OPENDMARC + "RejectFailures true\nSPFIgnoreResults true\nSPFSelfValidate true\n")
        self.smtpd(("opendmarc", "self"), "smtpd_milters=%s,%s" % (dkim_installed, dmarc_self))
        self.smtpd(("all", "as one"), policy("spf-installed"),
                   "smtpd_milters=%s,%s" % (dkim_installed, dmarc_set))

    def start(self):
        m = self.machine
        self.configure()
        os.makedirs(m.work + "/etc")
        write(m.work + "/etc/main.cf", MAIN.format(work=m.work))
        write(m.work + "/etc/master.cf", MASTER + self.services)
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "private", "public", "saved",
                     "trace", "pid"):
            os.makedirs("%s/spool/%s" % (m.work, name))
            if name != "pid":
                subprocess.run(["chown", "postfix", "%s/spool/%s" % (m.work, name)], check=True)
        os.makedirs(m.work + "/data")
        subprocess.run(["chown", "postfix", m.work + "/data"], check=True)
        m.run("postfix", "/usr/lib/postfix/sbin/master", "-d", "-c", m.work + "/etc")
        wait_for(self.next, "Postfix")


# ---- a transaction ----

class Dialogue:
    def __init__(self, sender, port):
        six = ":" in sender.ip
        self.s = socket.create_connection(("::1" if six else "127.0.0.1", port), 60, (sender.ip, 0))
        self.f = self.s.makefile("rb")

    def reply(self):
        lines = []
        while True:
            line = self.f.readline().decode("utf-8", "replace").rstrip("\r\n")
            lines.append(line)
            if line[3:4] != "-":
                return " ".join([lines[0][:3] + " " + lines[0][4:]] + [part[4:] for part in lines[1:]]).rstrip()

    def say(self, text):
        self.s.sendall(text + b"\r\n")
        return self.reply()


def transact(sender, port, message):
    """The reply that refuses, or the one after the message."""
    d = Dialogue(sender, port)
    try:
        answer = d.reply()
        for step in ("EHLO " + sender.helo, "MAIL FROM:<%s>" % sender.mail_from, "RCPT TO:<%s>" % RECIPIENT, "DATA"):
            if answer[0] not in "23":
                return answer
            answer = d.say(step.encode())
        if answer[0] != "3":
            return answer
        return d.say(re.sub(rb"(?m)^\.", b"..", message) + b"\r\n.")
    finally:
        d.s.close()


# ---- the comparison ----

def predictions(program, sender):
    command = [program, "sender", "--nameserver", "127.0.0.1", "--format", "json"] + sender.options()
    for receiver in RECEIVERS:
        command += ["--receiver", receiver]
    r = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if r.returncode not in (0, 1, 3):
        raise SystemExit("%s: status %d: %s" % (" ".join(command), r.returncode, r.stderr.decode()))
    return {v["receiver"]: v for v in json.loads(r.stdout)["receivers"]}


def expected(verdicts, receiver, which):
    """What the receiver is said to answer; None: it takes the message."""
    if receiver == "all":
        return expected(verdicts, "policyd-spf", "installed") or expected(verdicts, "opendmarc", "set")
    verdict = verdicts[receiver]
    if not verdict["reply"] or (verdict["optional"] and which == "installed"):
        return None
    return verdict["reply"].replace("<recipient>", "<%s>" % RECIPIENT)


def agree(want, got):
    if want is None:
        return got.startswith("250 2.0.0 Ok")
    return got.startswith(want[:-3]) if want.endswith("...") else got == want


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--program", default=os.path.join(TREE, "authcheck"))
    p.add_argument("--keep", action="store_true", help="leave the folder with configurations and logs")
    p.add_argument("--work", required=True)
    args = p.parse_args()
    who = senders()
    key = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    public = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            check=True).stdout
    namespace(args.work, sorted({s.ip for s in who}))
    m = Machine(args.work)
    m.name_server(base64.b64encode(public).decode())
    postfix = Postfix(m)
    postfix.start()
    passed = failed = 0
    for s in who:
        message = s.message(key)
        verdicts = predictions(args.program, s)
        print("%s (%s)" % (s.what, s.domain))
        keys = list(postfix.ports)
        with ThreadPoolExecutor(len(keys)) as pool:
            answers = list(pool.map(lambda k: transact(s, postfix.ports[k], message), keys))
        for (r, w), got in zip(keys, answers):
            want = None if w == "self" and s.self_accepts else expected(verdicts, r, w)
            if agree(want, got):
                passed += 1
                if want:
                    print("  %-12s %-9s %s" % (r, w, got))
            else:
                failed += 1
                print("  %-12s %-9s DIFFERS: %s\n  %22s   predicted: %s" % (r, w, got, "", want))
    m.stop()
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
