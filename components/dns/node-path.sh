#!/bin/sh
# Leads queries to the resolver in the node's network while that answers, see docs/dns-path.md. Environment:
#   TABLE, MARK, ROUTE  nftables table, mark of the packets, number of the routing table and its rule
#   ADDRESSES           the resolver's addresses, separated by blanks
#   HEALTH_PORT         where the resolver answers its health checks, on 127.0.0.1
#   NODE_IP             the node's own address
# The first argument is the file with the nftables table.
set -u

interface=$(ip -o -4 address show to "$NODE_IP" | awk '{ print $2; exit }')
[ -n "$interface" ] || { echo "no interface of the node has its address $NODE_IP"; exit 1; }

rule="pref $ROUTE fwmark $MARK/$MARK lookup $ROUTE"
state=

answers() {
    nslookup -type=a -timeout=1 -retry=1 "-port=$HEALTH_PORT" health.noc.internal. 127.0.0.1 2>&1 | grep -q '^Address: 127.0.0.1$'
}
# Whatever happens to this container, the kernel forgets the addresses after three seconds.
on() {
    nft "flush set ip $TABLE answered; add element ip $TABLE answered { $(echo "$ADDRESSES" | sed 's/ /, /g') }"
}
off() {
    nft "flush set ip $TABLE answered"
}
say() {
    [ "$state" = "$1" ] || echo "the path through the node is $1${2:+: $2}"
    state=$1
}
packets() {
    nft list counter ip "$TABLE" "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}
# Whether more than ten queries were marked since the last one that arrived: a firewall of the node drops them, or somebody
# has removed the rule or the routes.
blocked() {
    marked=$(packets marked)
    delivered=$(packets delivered)
    if [ "$delivered" != "$last_delivered" ]; then
        last_delivered=$delivered
        marked_then=$marked
    fi
    [ $((marked - marked_then)) -gt 10 ]
}
remove_rule() {
    while ip rule del $rule 2>/dev/null; do :; done
}
pause() {
    sleep "$1" & wait $!
}
# The table stays while the resolver answers its last queries, for two seconds.
stop() {
    trap '' TERM INT
    off
    sleep 2
    nft "delete table ip $TABLE"
    remove_rule
    ip route flush table "$ROUTE"
    say off "this pod ends"
    exit 0
}
trap stop TERM INT

# The table first: a new one leads no query anywhere.
nft -D "interface=$interface" -f "$1" || exit 1
for address in $ADDRESSES; do
    ip route replace local "$address" dev lo table "$ROUTE" || exit 1
done
remove_rule
ip rule add $rule || exit 1

last_delivered=0
marked_then=0
while true; do
    if blocked; then
        off
        say off "queries do not arrive. Let the node's firewall accept UDP port 53 for $ADDRESSES, then delete this pod"
        while true; do pause 3600; done
    elif answers; then
        # It fails if somebody has removed the table.
        on || exit 1
        say on
    else
        off
        say off "the resolver on this node does not answer"
    fi
    pause 1
done
