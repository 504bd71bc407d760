# Several name servers, of which some are of no use; and what --nameserver takes.
. "$(dirname "$0")/lib.sh"

serve good $python tests/net/hostile_dns.py
good2=$good
for what in dead servfail refused notimp garbage tcclose lower; do
	serve "$what" $python tests/net/hostile_dns.py --always $what
done
serve notcp $python tests/net/hostile_dns.py --always tc --no-tcp
serve also_servfail $python tests/net/hostile_dns.py --always servfail
nobody=$(free_port)

ask() { # SERVERS [option...] NAME TYPE...
	local servers=$1
	shift
	"$driver" -n "$servers" "$@" 2>&1
}
s=127.0.0.1
fine="x\.test TXT SOME 300 size=[0-9]+ src=\"127\.0\.0\.1:$good\" \"fine\""

# ---- the second one answers ----
for first in $servfail $refused $notimp $nobody; do
	start=$(now_ms)
	check "the first of no use ($first)" "$(ask "$s:$first,$s:$good" x.test TXT)" "$fine"
	within "it costs no time ($first)" $(($(now_ms) - start)) 0 900
done
start=$(now_ms)
check "the first is dead" "$(ask "$s:$dead,$s:$good" x.test TXT)" "$fine"
within "after a second" $(($(now_ms) - start)) 900 2500
check "the first is dead, 1 s in all" "$(ask "$s:$dead,$s:$good" -t 1000 x.test TXT)" "$fine"
check "garbage first" "$(ask "$s:$garbage,$s:$good" x.test TXT)" "$fine"
check "truncated, TCP is refused" "$(ask "$s:$notcp,$s:$good" x.test TXT)" "$fine"
check "truncated, TCP is closed" "$(ask "$s:$tcclose,$s:$good" x.test TXT)" "$fine"
check "two of no use" "$(ask "$s:$dead,$s:$servfail,$s:$good" x.test TXT)" "$fine"
check "blanks between them" "$(ask " $s:$nobody , $s:$good " x.test TXT)" "$fine"

# A dead first server costs its second once, not for each question: what comes later starts with the one that answers.
for i in $(seq 400); do echo "q$i.test TXT"; done >"$work/q"
start=$(now_ms)
check "400 questions" "$(ask "$s:$dead,$s:$good2" <"$work/q" | grep -c SOME)" 400
within "400 questions" $(($(now_ms) - start)) 900 3500

# ---- none answers: all are named, and the reason that says most ----
check "SERVFAIL from both" "$(ask "$s:$servfail,$s:$also_servfail" x.test TXT)" \
	"x\.test TXT LOST servfail detail=\"$s:$servfail answered SERVFAIL; $s:$also_servfail answered SERVFAIL\""
check "SERVFAIL and silence" "$(ask "$s:$servfail,$s:$dead" -t 800 x.test TXT)" \
	"x\.test TXT LOST servfail detail=\"$s:$servfail answered SERVFAIL; no answer within 800 ms from $s:$dead\""
check "silence and REFUSED" "$(ask "$s:$dead,$s:$refused" -t 800 x.test TXT)" \
	"x\.test TXT LOST refused detail=\"no answer within 800 ms from $s:$dead; $s:$refused answered REFUSED\""
start=$(now_ms)
check "nobody there" "$(ask "$s:$nobody" x.test TXT)" "x\.test TXT LOST unreachable detail=\"$s:$nobody could not be reached\""
within "nobody there" $(($(now_ms) - start)) 0 3000
start=$(now_ms)
check "nobody there, many questions" "$(ask "$s:$nobody" <"$work/q" | grep -c " TXT LOST unreachable detail=\"$s:$nobody could not be reached\"")" 400
within "nobody there, many questions" $(($(now_ms) - start)) 0 8000

# ---- a server that gives the question back in lower case soon needs no TCP any more ----
check "lower case always" "$(for i in $(seq 40); do echo "q$i.test TXT"; done | ask "$s:$lower" | grep -c 'SOME.*"fine"')" 40

# ---- options ----
for bad in nonsense 1.2.3 1.2.3.4:0 1.2.3.4:70000 '[::1' '[::1]5' '' ,; do
	check "bad name server \"$bad\"" "$(ask "$bad" x.test TXT)" 'ask_driver: (name server ".*": not an address or ADDRESS:PORT|no name server given)'
done
check "too many" "$(ask 1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5,1.1.1.6,1.1.1.7 x.test TXT)" 'ask_driver: at most 6 name servers'
if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
	check "IPv6" "$(ask "[::1]:$nobody,$s:$good" x.test TXT)" "$fine"
	check "IPv6, nobody there" "$(ask "[::1]:$nobody" x.test TXT)" "x\.test TXT LOST unreachable detail=\"\[::1\]:$nobody could not be reached\""
fi

# Names that DNS cannot be asked for never get that far; all others do, letters that no host name has included (c-ares 1.34 refuses).
check "odd letters" "$(ask "$s:$good" 'a+b=c.x.test' TXT 'a\.b\032\200.test' TXT | sort -u | grep -cE 'SOME .*"fine"|LOST bad-name detail="c-ares .* does not ask for such a name"')" 2
finish
