#!/usr/bin/env bash
# deps.sh build|test|lab|fuzz...: installs what is missing, on Debian and Ubuntu; elsewhere names it and fails.
#
# What is there is found by looking for the thing itself (a program, a pkg-config module), not for its package, so that nothing is
# asked for that came by another way; and when nothing is missing, nothing is run, and neither root nor a network is needed.
set -u -o pipefail

# Debian leaves the sbin folders out of a user's PATH, and name servers live there.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# group  kind of thing  thing  Debian package
things='
build cmd  gcc         gcc
build file /usr/include/stdio.h libc6-dev
build cmd  make        make
build cmd  autoconf    autoconf
build cmd  pkg-config  pkg-config
build pc   libcares    libc-ares-dev
build pc   libcurl     libcurl4-openssl-dev
build pc   libpsl      libpsl-dev
build pc   libidn2     libidn2-dev
build pc   libcrypto   libssl-dev
build pc   libssl      libssl-dev
build pc   libzscanner libknot-dev
build pc   jansson     libjansson-dev
build pc   yaml-0.1    libyaml-dev
build pc   expat       libexpat1-dev
build pc   zlib        zlib1g-dev
build pc   inih        libinih-dev
build pc   sqlite3     libsqlite3-dev
build pc   gmime-3.0  libgmime-3.0-dev
build pc   opendkim   libopendkim-dev
build file /usr/include/spf2/spf.h libspf2-dev
build file /usr/include/opendmarc/dmarc.h libopendmarc-dev
build file /usr/share/publicsuffix/public_suffix_list.dafsa publicsuffix
test  pc   cmocka      libcmocka-dev
test  cmd  knotd       knot
test  cmd  unbound     unbound
test  cmd  dnssec-signzone bind9-utils
test  cmd  python3     python3
test  file /usr/lib/python3/dist-packages/yaml python3-yaml
test  file /usr/lib/python3/dist-packages/jsonschema python3-jsonschema
test  cmd  xmllint     libxml2-utils
test  cmd  openssl     openssl
lab   cmd  knotd       knot
lab   cmd  openssl     openssl
lab   cmd  python3     python3
lab   cmd  ip          iproute2
lab   cmd  unshare     util-linux
lab   file /usr/lib/postfix/sbin/master postfix
lab   cmd  policyd-spf postfix-policyd-spf-python
lab   cmd  opendkim    opendkim
lab   cmd  opendmarc   opendmarc
lab   file /usr/lib/python3/dist-packages/dkim python3-dkim
fuzz  cmd  clang       clang
fuzz  rt   fuzzer      libclang-rt-dev
'

# libFuzzer's run time comes with clang on some releases, and on others in a package that has clang's version in its name.
runtime_there() {
	command -v clang >/dev/null || return 1
	local file
	for file in "$(clang -print-resource-dir)"/lib/*/libclang_rt.fuzzer*.a; do
		[ -e "$file" ] && return 0
	done
	return 1
}

runtime_package() {
	local version
	version=$(apt-cache depends clang 2>/dev/null | sed -n 's/^ *Depends: clang-\([0-9][0-9]*\)$/\1/p')
	apt-cache show "libclang-rt-$version-dev" >/dev/null 2>&1 && echo "libclang-rt-$version-dev"
}

there() { # kind thing
	case $1 in
	cmd) command -v "$2" >/dev/null ;;
	file) [ -e "$2" ] ;;
	pc) command -v pkg-config >/dev/null && pkg-config --exists "$2" ;;
	rt) runtime_there ;;
	esac
}

missing() { # group...
	local group kind thing package
	while read -r group kind thing package; do
		[ -n "$group" ] || continue
		case " $* " in *" $group "*) there "$kind" "$thing" || echo "$package" ;; esac
	done <<<"$things"
}

[ $# -gt 0 ] || { echo "usage: deps.sh build|test|lab|fuzz..." >&2; exit 2; }
mapfile -t packages < <(missing "$@")
[ ${#packages[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "These are missing; their names in Debian are:" >&2
	printf '  %s\n' "${packages[@]}" >&2
	echo "Install them by hand, and run make again." >&2
	exit 1
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "Installing needs root, and there is no sudo. As root, run:" >&2
		echo "  apt-get install --no-install-recommends ${packages[*]}" >&2
		exit 1
	fi
	root=(sudo)
fi
as_root() { "${root[@]}" "$@"; }

echo "Installing: ${packages[*]}"
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update || echo "apt-get update failed; going on with the lists that are there" >&2

# The tests start servers of their own, with their own configuration, on the loopback. The packages would also start
# one for the whole machine, and at every boot. Where systemd runs, its unit is masked before it is there: the package then neither
# starts nor enables it. Elsewhere a policy-rc.d (Debian's way to forbid packages to start services) stands while apt runs, and is
# taken away again. A machine that has one of its own keeps it: what it allows, its owner wants.
policy=/usr/sbin/policy-rc.d
placed_policy=
unplace_policy() {
	[ -z "$placed_policy" ] || as_root rm -f "$policy"
	placed_policy=
}
trap unplace_policy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

servers=()
for package in "${packages[@]}"; do
	case $package in knot | unbound | postfix | opendkim | opendmarc) servers+=("$package") ;; esac
done
if [ ${#servers[@]} -gt 0 ]; then
	if [ -d /run/systemd/system ]; then
		for server in "${servers[@]}"; do
			as_root systemctl mask "$server.service" &&
				echo "$server.service is masked, so that it runs in tests alone; to use it: systemctl unmask $server" || exit 1
		done
	elif [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && placed_policy=yes
		as_root chmod 755 "$policy"
	fi
fi

# Postfix asks what to be; the tests need none of the machine's own.
case " ${servers[*]-} " in
*' postfix '*) echo 'postfix postfix/main_mailer_type select No configuration' | as_root debconf-set-selections ;;
esac

plain=()
for package in "${packages[@]}"; do
	[ "$package" = libclang-rt-dev ] && package=$(runtime_package)
	[ -z "$package" ] || plain+=("$package")
done
# Nothing is removed for it: a machine keeps the mail server that it has.
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-remove --no-install-recommends "${plain[@]}" >/dev/null || {
	echo "apt-get could not install: ${plain[*]}" >&2
	exit 1
}
unplace_policy
if [ ! -d /run/systemd/system ] && command -v update-rc.d >/dev/null; then
	for server in ${servers[@]+"${servers[@]}"}; do
		as_root update-rc.d "$server" disable >/dev/null 2>&1
	done
fi

mapfile -t packages < <(missing "$@")
[ ${#packages[@]} -eq 0 ] || { echo "still missing after the installation: ${packages[*]}" >&2; exit 1; }
