"""HTTPS on 127.0.0.1 that behaves as the first label of the host says, a "mta-sts" aside: https_server.py DIR [--old]. Certificates are DIR/NAME.pem, by SNI. A path /www/FILE is that file of DIR/www, but
for /www/moved, which leads to /www/logo.svg."""
import os, socket, ssl, sys, threading, time

folder = sys.argv[1]
POLICY = b"version: STSv1\nmode: enforce\nmx: mx.test\nmax_age: 604800\n"


def context(name):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = os.path.join(folder, name + ".pem")
    c.load_cert_chain(path if os.path.exists(path) else os.path.join(folder, "good.pem"))
    if "--old" in sys.argv:  # the version is agreed on before the name is known
        c.set_ciphers("DEFAULT:@SECLEVEL=0")
        c.minimum_version = c.maximum_version = ssl.TLSVersion.TLSv1_1
    return c


def head(status, more=b"", kind=b"text/plain"):
    return b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nConnection: close\r\n" + more + b"\r\n"


def answer(s, what):
    if what == "redirect":
        s.sendall(head(b"301 Moved Permanently", b"Location: https://good.test/.well-known/mta-sts.txt\r\nContent-Length: 0\r\n"))
    elif what == "missing":
        s.sendall(head(b"404 Not Found", b"Content-Length: 0\r\n"))
    elif what == "large":
        s.sendall(head(b"200 OK") + b"x" * 66000)
    elif what == "endless":
        s.sendall(head(b"200 OK"))
        while True:
            s.sendall(b"x" * 4096)
    elif what in ("slow", "late"):
        for octet in head(b"200 OK"):
            s.sendall(bytes([octet]))
            time.sleep(0.3)
    elif what == "reset":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    elif what == "nohttp":
        s.sendall(b"220 mail.test ESMTP\r\n")
    elif what == "html":
        s.sendall(head(b"200 OK", b"Content-Length: 6\r\n", b"text/html") + b"<html>")
    else:
        s.sendall(head(b"200 OK", b"Content-Length: %d\r\n" % len(POLICY)) + POLICY)


def serve_file(s, name):
    path = os.path.join(folder, "www", os.path.basename(name))
    if name == "moved":
        s.sendall(head(b"302 Found", b"Location: /www/logo.svg\r\nContent-Length: 0\r\n"))
    elif os.path.isfile(path):
        with open(path, "rb") as f:
            body = f.read()
        s.sendall(head(b"200 OK", b"Content-Length: %d\r\n" % len(body), b"image/svg+xml") + body)
    else:
        s.sendall(head(b"404 Not Found", b"Content-Length: 0\r\n"))


def serve(raw):
    name = [""]

    def sni(sock, host, _):
        name[0] = (host or "").removeprefix("mta-sts.").split(".")[0]
        sock.context = context(name[0])

    base = context("good")
    base.sni_callback = sni
    try:
        with base.wrap_socket(raw, server_side=True) as s:
            s.settimeout(10)
            path = s.recv(4096).split(b" ")[1:2]
            if path and path[0].startswith(b"/www/"):
                serve_file(s, path[0].decode("ascii")[5:])
            else:
                answer(s, name[0])
    except (OSError, ssl.SSLError):
        pass


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    conn, _ = listener.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
