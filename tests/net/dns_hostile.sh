# Name servers that misbehave. Whatever they send: what could not be had is LOST, never "no record"; nothing forged is believed; and
# it is over in time.
. "$(dirname "$0")/lib.sh"

serve port $python tests/net/hostile_dns.py
serve deaf $python tests/net/hostile_dns.py --no-tcp
at="127\.0\.0\.1:$port"

# The time of a question is 1.2 s here, or 0.6 s for what would only wait.
ask() { # [option...] NAME
	"$driver" -t "${timeout:-1200}" -n "127.0.0.1:${server:-$port}" "$@" TXT 2>&1
}

# A question and what must come of it, within twice its time.
expect() { # NAME PATTERN [WHAT]
	local start got
	start=$(now_ms)
	got=$(ask "$1.test")
	check "${3:-$1}" "$got" "$(printf '%s' "$1" | tr . '.').test TXT $2"
	start=$(($(now_ms) - start))
	[ $start -le "$(at_most $((${timeout:-1200} * 2 + 1000)))" ] || fail "$1: took $start ms"
}
fine='SOME 300 size=[0-9]+ src="[0-9.:]+" "fine"'
unread='LOST garbage detail="what [0-9.:]+ answered could not be read, or was not an answer to the question"'
silence() { printf 'LOST timeout detail="no answer within %s from [0-9.:]+"' "$1"; }

# ---- it answers, after all ----
expect plain "$fine"
expect slow-700 "$fine" "an answer that comes after a retry"
expect lossy-2 "$fine"
expect lossy-3 "$fine"
expect noedns "$fine"
expect noednshdr "$fine"
expect ednsdrop "$fine"
expect badvers "$fine"
expect spoofed "$fine"
expect flip "$fine"
expect lower "$fine"
expect tc "$fine" "case 20: an answer too big for UDP is had over TCP"
expect tcpartial "($fine|$(silence '1.2 s'))" # c-ares 1.27 drops it
expect zerothen "$fine"
expect unrelated "$fine"
expect cased "$fine"
expect chain-1 'SOME 300 size=[0-9]+ src="[0-9.:]+" >n0\.test "fine"'
expect chain-3 'SOME 300 size=[0-9]+ src="[0-9.:]+" >n0\.test >n1\.test >n2\.test "fine"'
expect twocnames 'SOME 300 size=[0-9]+ src="[0-9.:]+" >a\.test "fine"'
expect twocnames 'SOME 300 size=[0-9]+ src="[0-9.:]+" >a\.test "fine"'
expect big-900 'SOME 300 size=[0-9]+ src="[0-9.:]+" "y+"( "y+")+'
expect big-2000 'SOME 300 size=[0-9]+ src="[0-9.:]+" "y+"( "y+")+'
expect many 'SOME 300 size=[0-9]+ src="[0-9.:]+" "fine"( / "fine")+'
expect nxdomain 'NONE NXDOMAIN 60 size=[0-9]+ src="[0-9.:]+"'
expect nodata 'NONE NODATA 60 size=[0-9]+ src="[0-9.:]+"'
expect bare 'NONE NODATA 0 size=[0-9]+ src="[0-9.:]+"'
expect dangling 'NONE NXDOMAIN 60 size=[0-9]+ src="[0-9.:]+" ttl=300 >gone\.test'
expect notchased 'OPEN >elsewhere\.test \(1\)'

# ---- it gives no answer ----
# c-ares drops what it cannot tell the question of, older ones more of it: either reason is right
neither="($unread|$(silence '600 ms')|LOST unreachable detail=\"[0-9.:]+ could not be reached\")"
timeout=600
expect dead "$(silence '600 ms')"
expect slow-3000 "$(silence '600 ms')"
expect servfail "LOST servfail detail=\"$at answered SERVFAIL\""
expect refused "LOST refused detail=\"$at answered REFUSED\""
expect notimp "LOST rcode detail=\"$at answered NOTIMP\""
expect formerr "LOST rcode detail=\"$at answered FORMERR\""
expect yxdomain "LOST rcode detail=\"$at answered YXDOMAIN\""
expect referral "LOST refused detail=\"$at is no resolver and not responsible for the name: it referred to other servers\""
expect formerrhdr "$neither"
for what in garbage halfgarbage echo zero wrongid wrongq wrongtype noq short-1 short-11 short-12 short-20 pointerloop pointerself \
	pointerout counts rdlen; do
	expect $what "$neither"
done
expect txtlen "$neither"
expect otherclass '(NONE NODATA 0 size=[0-9]+ src="[0-9.:]+"|'"$neither)"
expect flipalways "$neither"
expect tcalways "LOST truncated detail=\"$at truncated its answer and gave none over TCP\""
expect tcgarbage "(LOST truncated|$neither).*"
expect tcclose "LOST truncated detail=\"$at truncated its answer and gave none over TCP\""
expect tcsilent "LOST truncated detail=\"$at truncated its answer and gave none over TCP\""
expect loop 'LOST cname-loop .*detail="b\.test leads back to loop\.test".*'
expect selfloop 'LOST cname-loop .*detail="selfloop\.test leads back to selfloop\.test"'
expect chain-17 'LOST cname-loop .*detail="more than 16 CNAMEs in a row".*'
expect endless-30 'LOST cname-loop .*detail="more than 16 CNAMEs in a row".*'
expect endless-900 "(LOST cname-loop .*detail=\"more than 16 CNAMEs in a row\".*|$unread)"
expect manyns 'NONE NODATA 0 .*'

# ---- no TCP ----
server=$deaf
timeout=1200
expect tc "LOST truncated detail=\"127\.0\.0\.1:$deaf truncated its answer and gave none over TCP\"" "case 20: tc, and TCP is refused"
expect tcpartial "(LOST truncated .*|$unread|$(silence '1.2 s'))" "tcpartial, and TCP is refused"
expect lower "$fine" "lower case, and TCP is refused"
expect flipalways "$unread" "another letter case, and TCP is refused"
expect plain "$fine"

# ---- whatever happens to some questions, the others are not harmed ----
server=$port
for i in $(seq 200); do
	echo "plain-$i.test TXT"
	case $((i % 10)) in 0) echo "servfail-$i.test TXT" ;; 3) echo "noedns-$i.test TXT" ;; 5) echo "halfgarbage-$i.test TXT" ;; 7) echo "dead-$i.test TXT" ;; esac
done >"$work/mixed"
"$driver" -t 2500 -n 127.0.0.1:$port <"$work/mixed" >"$work/mixed.out" 2>&1
check "a mixture: right answers" "$(grep -c '^plain-.* SOME ' "$work/mixed.out")" 200
check "a mixture: without EDNS" "$(grep -c '^noedns-.* SOME ' "$work/mixed.out")" 20
check "a mixture: lost" "$(grep -c ' LOST ' "$work/mixed.out")" 60
check "a mixture: nothing is NONE" "$(grep -c ' NONE ' "$work/mixed.out")" 0

# Datagrams of no octets break the connection of older c-ares: what shares it is asked again.
{
	for i in $(seq 50); do echo "plain-$i.test TXT"; done
	echo zero.test TXT
} | "$driver" -t 2500 -n 127.0.0.1:$port >"$work/zero.out" 2>&1
check "beside empty datagrams" "$(grep -c '^plain-.* SOME ' "$work/zero.out")" 50

# ---- the audit's deadline ----
check "the deadline comes first" "$("$driver" -t 5000 -d 300 -n 127.0.0.1:$port dead.test TXT)" \
	"dead\.test TXT LOST deadline detail=\"no answer from $at\""

# ---- it is asked as often as it should be ----
serve counted $python tests/net/hostile_dns.py --count "$work/count"
ask_counted() { "$driver" -t 5000 -n 127.0.0.1:$counted "$1.test" TXT >/dev/null; grep -c "^$1 " "$work/count"; }
check "one query where the answer comes at once" "$(ask_counted plain)" 1
check "SERVFAIL is not asked for again" "$(ask_counted servfail)" 1
check "a dead server, in 5 s" "$(ask_counted dead)" '[4-9]|1[0-9]'

# ---- names are asked for as they are, whatever the search list of the system says ----
export LOCALDOMAIN='search.test other.test' RES_OPTIONS=ndots:15
check "case 48: a name that does not exist, with a search list" "$(ask_counted nxdomain)" 1
check "case 48: a name that does" "$(ask_counted bare)" 1
finish
