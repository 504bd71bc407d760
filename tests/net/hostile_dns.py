#!/usr/bin/env python3
"""A name server that misbehaves, on 127.0.0.1: hostile_dns.py [--no-tcp] [--always WHAT] [--port N]

Writes its port on the first line. What it does is the first label of the name that is asked for, or WHAT for every name; a number
behind it ("slow-1500") is its argument. Every right answer to TXT is "fine". With --count FILE, it adds a line "WHAT transport" there for each query."""
import argparse, os, random, socket, struct, sys, threading, time

ap = argparse.ArgumentParser(description=__doc__)
ap.add_argument("--no-tcp", action="store_true")
ap.add_argument("--always")
ap.add_argument("--port", type=int, default=0)
ap.add_argument("--count")
a = ap.parse_args()
lock, seen = threading.Lock(), {}
QR, AA, TC, RD, RA = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080


class Query:
    def __init__(self, data):
        self.data = data
        self.id, self.flags, qd, _, _, self.ar = struct.unpack("!6H", data[:12])
        at, labels = 12, []
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]])
            at += 1 + data[at]
        self.labels, self.end = labels, at + 5
        self.type, = struct.unpack("!H", data[at + 1:at + 3])
        self.question = data[12:self.end]
        self.what, _, self.arg = labels[0].decode("latin-1").lower().partition("-") if labels else ("", "", "")
        if a.always:
            self.what, _, self.arg = a.always.partition("-")

    def name(self, *labels):  # labels in front of all but the first of the question's
        out = b""
        for label in list(labels) + self.labels[1:]:
            label = label.encode() if isinstance(label, str) else label
            out += bytes([len(label)]) + label.lower()
        return out + b"\0"


def rr(owner, rtype, rdata, ttl=300):
    return owner + struct.pack("!HHIH", rtype, 1, ttl, len(rdata)) + rdata


def txt(text):
    return b"".join(bytes([len(text[i:i + 255])]) + text[i:i + 255] for i in range(0, len(text), 255))


SOA = b"\0\0" + struct.pack("!5I", 1, 2, 3, 4, 60)
HERE = b"\xc0\x0c"


def reply(q, answers=(), rcode=0, flags=AA | RA, authority=(), qid=None, question=None, counts=None, opt=None):
    question = q.question if question is None else question
    extra = [b"\0\0\x29\x04\xd0" + struct.pack("!IH", 0, 0)] if (q.ar if opt is None else opt) else []
    n = counts or (1 if question else 0, len(answers), len(authority), len(extra))
    return struct.pack("!6H", q.id if qid is None else qid, QR | RD | flags | rcode, *n) + question + b"".join(answers) + \
        b"".join(authority) + b"".join(extra)


def fine(q, text=b"fine"):
    kind = {1: b"\xc0\x00\x02\x01", 28: bytes.fromhex("20010db8000000000000000000000001")}.get(q.type) or txt(text)
    return reply(q, [rr(HERE, q.type, kind)])


def flipped(q):
    return bytes(c ^ 0x20 if i < len(q.question) - 5 and chr(c).isalpha() else c for i, c in enumerate(q.question))


def chain(q, n, target=None, link="n%d"):
    """n CNAMEs, each to the next, and what the last one leads to."""
    out, owner = [], HERE
    for i in range(n):
        to = q.name(link % i) if target is None or i < n - 1 else target
        out.append(rr(owner, 5, to))
        owner = to
    return out, owner


def answers(q, tcp):
    """The datagrams (or messages by TCP) that a query is answered with."""
    w, arg = q.what, q.arg
    number = int(arg) if arg.isdigit() else 0
    with lock:
        seen[w] = seen.get(w, 0) + 1
        nth = seen[w]
    if a.count:
        with open(a.count, "a") as f:
            f.write("%s %s %s\n" % (w, "tcp" if tcp else "udp", "edns" if q.ar else "plain"))
    if w == "dead":
        return []
    if w == "slow":
        time.sleep(number / 1000)
        return [fine(q)]
    if w == "lossy":  # lets all but every n-th query pass
        return [fine(q)] if nth % number == 0 else []
    if w in ("servfail", "refused", "notimp", "formerr", "yxdomain"):
        return [reply(q, rcode={"servfail": 2, "refused": 5, "notimp": 4, "formerr": 1, "yxdomain": 6}[w])]
    if w == "badvers":  # to EDNS
        return [reply(q, opt=False) [:10] + b"\0\1" + q.question + b"\0\0\x29\x04\xd0\x01\0\0\0\0\0"] if q.ar else [fine(q)]
    if w == "noedns":  # FORMERR to EDNS, as a server of the last century
        return [reply(q, rcode=1, opt=False)] if q.ar else [fine(q)]
    if w == "noednshdr":  # the same without the question
        return [struct.pack("!6H", q.id, QR | 1, 0, 0, 0, 0)] if q.ar else [fine(q)]
    if w == "ednsdrop":
        return [] if q.ar else [fine(q)]
    if w == "formerrhdr":
        return [struct.pack("!6H", q.id, QR | 1, 0, 0, 0, 0)]
    if w == "garbage":
        return [random.Random(nth).randbytes(60)]
    if w == "halfgarbage":  # a right head and question, and then noise
        return [reply(q, counts=(1, 3, 0, 0)) + random.Random(nth).randbytes(40)]
    if w == "short":
        return [q.data[:number]]
    if w == "echo":
        return [q.data]
    if w == "zero":
        return [b""]
    if w == "zerothen":
        return [b"", fine(q)]
    if w == "wrongid":
        return [reply(q, [rr(HERE, 16, txt(b"forged"))], qid=q.id ^ 1)]
    if w == "wrongq":
        return [reply(q, [rr(HERE, 16, txt(b"forged"))], question=b"\5other" + q.question)]
    if w == "wrongtype":
        return [reply(q, [rr(HERE, 16, txt(b"forged"))], question=q.question[:-4] + b"\0\x63\0\1")]
    if w == "noq":
        return [reply(q, [rr(q.question[:-4], 16, txt(b"forged"))], question=b"")]
    if w == "spoofed":  # forgeries arrive before the answer
        return [reply(q, [rr(HERE, 16, txt(b"forged"))], qid=(q.id + i) & 0xffff) for i in range(1, 20)] + [fine(q)]
    if w == "flip":  # another letter case by UDP
        return [fine(q)] if tcp else [reply(q, [rr(HERE, 16, txt(b"forged"))], question=flipped(q))]
    if w == "flipalways":
        return [reply(q, [rr(HERE, 16, txt(b"forged"))], question=flipped(q))]
    if w == "lower":  # gives every question back in lower case
        return [reply(q, [rr(HERE, 16, txt(b"fine"))], question=q.question.lower())]
    if w == "tc":
        return [fine(q)] if tcp else [reply(q, flags=AA | RA | TC)]
    if w == "tcalways":
        return [reply(q, flags=AA | RA | TC)]
    if w == "tcpartial":  # truncated within a record
        return [fine(q)] if tcp else [reply(q, [rr(HERE, 16, txt(b"x" * 200))[:60]], flags=AA | RA | TC, opt=False)]
    if w == "tcgarbage":
        return [b"\xff" * 40] if tcp else [reply(q, flags=AA | RA | TC)]
    if w == "tcclose":
        return None if tcp else [reply(q, flags=AA | RA | TC)]
    if w == "tcsilent":
        return [] if tcp else [reply(q, flags=AA | RA | TC)]
    if w == "big":
        return [fine(q, b"y" * number)]
    if w == "many":  # a message as full of names as can be
        return [reply(q, [rr(HERE, q.type, txt(b"fine"))] * 3000)] if tcp else [reply(q, flags=AA | RA | TC)]
    if w == "manyns":
        return [reply(q, [rr(HERE, 2, HERE)] * 4000)] if tcp else [reply(q, flags=AA | RA | TC)]
    if w == "pointerloop":
        return [reply(q, [rr(b"\xc0" + bytes([q.end]), 16, txt(b"forged"))])]
    if w == "pointerself":
        return [reply(q, [b"\xc0" + bytes([12 + len(q.question)]) + struct.pack("!HHIH", 16, 1, 300, 2) + b"\1x"])]
    if w == "pointerout":
        return [reply(q, [rr(b"\xff\xff", 16, txt(b"forged"))])]
    if w == "counts":
        return [reply(q, [rr(HERE, 16, txt(b"forged"))], counts=(1, 65535, 65535, 65535))]
    if w == "rdlen":
        return [reply(q, [HERE + struct.pack("!HHIH", 16, 1, 300, 65535) + b"\4fine"])]
    if w == "txtlen":  # the character-string is longer than the record
        return [reply(q, [rr(HERE, 16, b"\xfffine")])]
    if w == "otherclass":
        return [reply(q, [HERE + struct.pack("!HHIH", 16, 3, 300, 5) + b"\4fine"])]
    if w == "chain":
        out, end = chain(q, number)
        return [reply(q, out + [rr(end, q.type, txt(b"fine"))])]
    if w == "endless":  # each name leads on
        return [reply(q, chain(q, number)[0])] if tcp or number < 20 else [reply(q, flags=AA | RA | TC)]
    if w == "loop":
        return [reply(q, [rr(HERE, 5, q.name("b")), rr(q.name("b"), 5, HERE)])]
    if w == "selfloop":
        return [reply(q, [rr(HERE, 5, HERE)])]
    if w == "notchased":
        return [reply(q, [rr(HERE, 5, q.name("elsewhere"))])]
    if w == "dangling":
        return [reply(q, [rr(HERE, 5, q.name("gone"))], rcode=3, authority=[rr(q.name(), 6, SOA, 60)])]
    if w == "twocnames":
        pair = [rr(HERE, 5, q.name("b")), rr(HERE, 5, q.name("a"))]
        return [reply(q, (pair if nth % 2 else pair[::-1]) + [rr(q.name("a"), 16, txt(b"fine"))])]
    if w == "unrelated":  # records of another name beside the asked one's
        return [reply(q, [rr(q.name("evil"), 16, txt(b"forged")), rr(HERE, 16, txt(b"fine"))])]
    if w == "cased":  # owner names in another case
        return [reply(q, [rr(flipped(q)[:-4], 16, txt(b"fine"))])]
    if w == "nxdomain":
        return [reply(q, rcode=3, authority=[rr(q.name(), 6, SOA, 60)])]
    if w == "nodata":
        return [reply(q, authority=[rr(q.name(), 6, SOA, 60)])]
    if w == "loopback":
        return [reply(q, [rr(HERE, q.type, b"\x7f\0\0\1" if q.type == 1 else bytes(15) + b"\1")])]
    if w == "bare":  # no authority section: NODATA of the third kind, RFC 2308 2.2
        return [reply(q)]
    if w == "referral":
        return [reply(q, flags=0, authority=[rr(q.name(), 2, q.name("ns"))])]
    if w == "rcode23":
        return [reply(q, rcode=7)]
    return [fine(q)]


def serve_udp(sock):
    def one(data, peer):
        try:
            q = Query(data)
            for m in answers(q, False) or []:
                sock.sendto(m, peer)
        except (IndexError, struct.error, OSError):
            pass
    while True:
        data, peer = sock.recvfrom(65535)
        threading.Thread(target=one, args=(data, peer), daemon=True).start()


def serve_tcp(sock):
    def one(conn):
        with conn:
            try:
                while True:
                    head = conn.recv(2, socket.MSG_WAITALL)
                    if len(head) < 2:
                        return
                    out = answers(Query(conn.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)), True)
                    if out is None:
                        return
                    for m in out:
                        conn.sendall(struct.pack("!H", len(m)) + m)
            except (IndexError, struct.error, OSError):
                pass
    while True:
        threading.Thread(target=one, args=(sock.accept()[0],), daemon=True).start()


while True:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", a.port))
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    port = udp.getsockname()[1]
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        tcp.bind(("127.0.0.1", port))  # bound, not listening: refuses
        break
    except OSError:
        if a.port:
            sys.exit("port %d is in use" % a.port)
        udp.close()
if not a.no_tcp:
    tcp.listen(64)
    threading.Thread(target=serve_tcp, args=(tcp,), daemon=True).start()
print(port, flush=True)
serve_udp(udp)
