# A CA of the tests' own, and certificates of mail hosts: sourced by the tests of SMTP, with $ca the folder to write to.
#
# good, other name, expired, self-signed, by an intermediate CA (chain), common name only. NAME.key, NAME.crt, and NAME.pem with both.
make_ca() {
	mkdir -p "$ca"
	(
		cd "$ca" || exit 1
		openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj '/CN=test CA' -addext basicConstraints=critical,CA:TRUE
		leaf() { # NAME CA SAN [option of openssl x509]...
			local name=$1 by=$2 san=$3
			shift 3
			openssl req -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$name.a.test"
			: >"$name.ext"
			[ -z "$san" ] || printf 'subjectAltName=%s\n' "$san" >"$name.ext"
			openssl x509 -req -in "$name.csr" -CA "$by.pem" -CAkey "$by.key" -CAcreateserial -extfile "$name.ext" -out "$name.crt" "$@"
			cat "$name.key" "$name.crt" >"$name.pem"
		}
		leaf good ca 'DNS:*.a.test' -days 3650
		leaf wrong ca DNS:other.example -days 3650
		leaf cnonly ca '' -days 3650
		leaf expired ca 'DNS:*.a.test' -days -1
		openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.crt -days 3650 -subj /CN=self.a.test -addext subjectAltName=DNS:self.a.test
		cat self.key self.crt >self.pem
		openssl req -newkey rsa:2048 -nodes -keyout inter.key -out inter.csr -subj '/CN=test intermediate'
		echo 'basicConstraints=critical,CA:TRUE' >inter.ext
		openssl x509 -req -in inter.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile inter.ext -out inter.pem -days 3650
		leaf chain inter 'DNS:*.a.test' -days 3650
		# the issuers in the wrong order, and one that has nothing to do with it
		cat chain.key chain.crt self.crt ca.pem inter.pem >chain.pem
	) >"$work/openssl" 2>&1
	[ -s "$ca/chain.pem" ] && [ -s "$ca/good.pem" ] || { cat "$work/openssl"; exit 1; }
}
