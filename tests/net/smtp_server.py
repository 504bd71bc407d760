"""SMTP servers on 127.0.0.1, each on a port of its own, that behave as their names say: smtp_server.py DIR NAME...

The ports are written on the first line, in the order of the names. Certificates are DIR/NAME.pem, or DIR/good.pem where there is none."""
import os, socket, ssl, sys, threading, time

folder = sys.argv[1]
EHLO = b"250-mx.a.test hello\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 8BITMIME\r\n"


def context(name):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = os.path.join(folder, name + ".pem")
    c.load_cert_chain(path if os.path.exists(path) else os.path.join(folder, "good.pem"))
    if name == "old":
        c.set_ciphers("DEFAULT:@SECLEVEL=0")
        c.minimum_version = ssl.TLSVersion.TLSv1
        c.maximum_version = ssl.TLSVersion.TLSv1_1
    return c


def line(s):
    out = b""
    while not out.endswith(b"\n"):
        octet = s.recv(1)
        if not octet:
            raise OSError("closed")
        out += octet
    return out


def forever(s, text, pause=0.0):
    while True:
        s.sendall(text)
        time.sleep(pause)


def drip(s, text, pause):
    for octet in text:
        s.sendall(bytes([octet]))
        time.sleep(pause)


def banner(s, name):
    """Returns False when there is nothing more to say."""
    if name == "endless_banner":
        forever(s, b"220-mx.a.test and more\r\n")
    elif name == "endless_line":
        forever(s, b"2" * 4096)
    elif name == "slow_banner":
        drip(s, b"220 " + b"x" * 2000, 0.2)
    elif name == "silent":
        time.sleep(30)
    elif name == "http":
        s.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    elif name == "refuses":
        s.sendall(b"554 5.7.1 \x1b[31mgo away\x07\r\n")
        return False
    elif name == "closes":
        return False
    elif name == "eight_bit":
        s.sendall(b"220 m\xfcller.\xff\x00\x1b[2J ESMTP\r\n")
    elif name == "early":
        s.sendall(b"220 mx.a.test\r\n250-mx.a.test\r\n250 STARTTLS\r\n220 go on\r\n")
    elif name == "many_lines":
        s.sendall(b"".join(b"220-line %d\r\n" % i for i in range(500)) + b"220 end\r\n")
    elif name == "trickle":
        drip(s, b"220 mx.a.test ESMTP\r\n", 0.01)
    else:
        s.sendall(b"220-mx.a.test ESMTP\r\n220 at your service\r\n")
    return True


def ehlo(s, name):
    line(s)
    if name == "no_starttls":
        s.sendall(b"250-mx.a.test\r\n250 SIZE 1000\r\n")
    elif name == "no_ehlo":
        s.sendall(b"502 5.5.1 never heard of it\r\n")
    elif name == "ehlo_refused":
        s.sendall(b"550 5.7.1 who are you\r\n")
    elif name == "ehlo_closes":
        return False
    elif name == "mixed_codes":
        s.sendall(b"250-mx.a.test\r\n550 STARTTLS\r\n")
    elif name == "lf":
        s.sendall(EHLO.replace(b"\r", b""))
    elif name == "eight_bit":
        s.sendall(b"250-\xff\xfe\r\n250-\x1b[31mRED\r\n250-X\xc3\xa4\r\n250 STARTTLS\r\n")
    elif name == "early":
        pass
    else:
        s.sendall(EHLO)
    return True


def starttls(s, name):
    if name == "early":
        pass
    elif name == "starttls_refused":
        line(s)
        s.sendall(b"454 4.7.0 TLS not available\r\n")
    elif name == "starttls_closes":
        line(s)
        return False
    elif name == "injection":
        line(s)
        s.sendall(b"220 go on\r\n250-mx.a.test\r\n250 REQUIRETLS\r\n")
    else:
        line(s)
        s.sendall(b"220 go on\r\n")
    if name == "garbage_tls":
        s.sendall(bytes(range(256)) * 64)
        time.sleep(1)
    if name == "silent_tls":
        time.sleep(30)
    return name not in ("starttls_refused", "garbage_tls")


def within_tls(s, name):
    s.settimeout(10)
    line(s)
    if name == "endless_ehlo":
        forever(s, b"250-X\r\n")
    s.sendall(EHLO.replace(b"STARTTLS", b"REQUIRETLS"))
    if line(s).startswith(b"QUIT"):
        s.sendall(b"221 bye\r\n")


def serve(s, name):
    try:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if banner(s, name) and ehlo(s, name) and starttls(s, name):
            with context(name).wrap_socket(s, server_side=True) as tls:
                within_tls(tls, name)
    except (OSError, ssl.SSLError):
        pass
    finally:
        s.close()


def listen(listener, name):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve, args=(conn, name), daemon=True).start()


ports = []
for what in sys.argv[2:]:
    server = socket.create_server(("127.0.0.1", 0))
    ports.append(server.getsockname()[1])
    threading.Thread(target=listen, args=(server, what), daemon=True).start()
print(*ports, flush=True)
threading.Event().wait()
