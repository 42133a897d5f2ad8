#!/usr/bin/env bats
# kserver as a client: cluster, brokers, quorum and features.

# shellcheck disable=SC2154  # stderr and others come from setup.bash and bats
load setup
setup_file() { start_server -X broker.rack=r1; }
teardown_file() { stop_server; }

words=(cluster brokers quorum features)
uuid='[A-Za-z0-9_-]{22}'
time='20[0-9-]{8}T[0-9:.]{12}Z'

# What matches the regular expression $1, whole, is $2.
like() {
  [[ $2 =~ ^$1$ ]] || { echo "$2 is not like $1"; return 1; }
}

@test "cluster: one row in every format" {
  id=$(kserver cluster --columns cluster)
  like "$uuid" "$id"
  [ "$(kserver cluster)" = "$id"$'\t1\t1\t0\tbroker' ]
  [ "$(kserver cluster -f csv)" = $'cluster,controller,brokers,fenced,endpoint_type\r\n'"$id"$',1,1,0,broker\r' ]
  [ "$(kserver cluster -J)" = '{"cluster":"'"$id"'","controller":1,"brokers":1,"fenced":0,"endpoint_type":"broker"}' ]
  [ "$(kserver cluster -f json)" = "$(kserver cluster -J)" ]
  [ "$(kserver cluster -f table | tr -s ' ')" = "CLUSTER CONTROLLER BROKERS FENCED ENDPOINT_TYPE
$id 1 1 0 broker" ]
}

@test "brokers: a row for each, in every format" {
  port=${KSTREAM_SERVER#*:}
  [ "$(kserver brokers)" = $'1\t127.0.0.1\t'"$port"$'\tr1\tno\tyes' ]
  [ "$(kserver brokers -f csv)" = $'id,host,port,rack,fenced,controller\r\n1,127.0.0.1,'"$port"$',r1,no,yes\r' ]
  [ "$(kserver brokers -J)" = '{"id":1,"host":"127.0.0.1","port":'"$port"',"rack":"r1","fenced":false,"controller":true}' ]
  kserver brokers -f table | head -n 1 | grep -q '^ID  *HOST  *PORT  *RACK  *FENCED  *CONTROLLER$'
}

@test "quorum: a row for each replica, in every format" {
  run --separate-stderr kserver quorum
  like "1.[0-9]+.([0-9]+).1.leader.([0-9]+).0.0.$time.$time.$uuid.PLAINTEXT://$KSTREAM_SERVER" "$output"
  [ "${BASH_REMATCH[1]}" -eq "${BASH_REMATCH[2]}" ]
  [ "$(kserver quorum -f csv | head -n 1)" = \
    $'leader,epoch,high_watermark,node,role,end,lag,lag_ms,fetched,caught_up,directory,endpoints\r' ]
  before=$(kserver quorum -J | jq .high_watermark)
  ktopics create more -q
  kserver quorum -J | jq -e --argjson before "$before" '.leader == 1 and .leader_epoch > 0 and .high_watermark > $before
    and (.voters | length) == 1 and .observers == [] and .voters[0].node == 1 and .voters[0].end == .high_watermark
    and .voters[0].lag == 0 and .voters[0].lag_ms == 0 and .voters[0].endpoints == ["PLAINTEXT://'"$KSTREAM_SERVER"'"]'
  run --separate-stderr kserver quorum -f table
  like 'leader 1  epoch [0-9]+  high watermark [0-9]+  1 voter  0 observers  max lag 0' "${lines[0]}"
  like 'NODE  ROLE    END .* ENDPOINTS' "${lines[1]}"
  like '1     leader  .*' "${lines[2]}"
}

@test "features: a row for each, in every format" {
  run --separate-stderr kserver features
  like $'kraft.version\t0\t1\t[0-9]+\t([0-9]+)' "${lines[0]}"
  like $'metadata.version\t[0-9]+\t[0-9]+\t[1-9][0-9]*\t'"${BASH_REMATCH[1]}" "${lines[1]}"
  [ "$(kserver features -f csv | head -n 1)" = $'feature,min,max,finalized,epoch\r' ]
  kserver features -f table | head -n 1 | grep -q '^FEATURE  *MIN  *MAX  *FINALIZED  *EPOCH$'
  kserver features -J | jq -se 'map(.feature) == ["kraft.version", "metadata.version"] and all(.finalized <= .max and .min <= .max)'
}

@test "columns, header, templates, -w" {
  [ "$(kserver brokers --columns rack,id)" = $'r1\t1' ]
  [ "$(kserver brokers --columns rack,id -f csv --no-header)" = $'r1,1\r' ]
  [ "$(kserver quorum --columns node,leader -f table)" = $'NODE  LEADER\n1     1' ]
  [ "$(kserver brokers -f '%{host}:%{port}\n')" = "$KSTREAM_SERVER" ]
  run --separate-stderr bash -c 'kserver quorum -w --interval 10ms | head -n 3'
  [ "${#lines[@]}" -eq 3 ]
}

@test "usage errors are one line and exit 2" {
  for word in "${words[@]}"; do
    expect_error 2 "kserver: kserver $word takes flags only, not 'x'" kserver "$word" x
    expect_error 2 "kserver: -c is not for kserver $word" kserver "$word" -c file
    expect_error 2 "kserver: -a is not for kserver $word" kserver "$word" -a
    expect_error 2 "kserver: --override is not for kserver $word" kserver "$word" --override node.id=1
    expect_error 2 "kserver: kserver has no -t; it is a flag of ktopics, kproduce, kconsume" kserver "$word" -t x
    expect_error 2 "there is no column 'x': there are" kserver "$word" --columns x
    expect_error 2 "unknown format 'xml'" kserver "$word" -f xml
    expect_error 2 "two formats" kserver "$word" -J -f csv
    expect_error 2 "--interval is for -w" kserver "$word" --interval 1s
    expect_error 2 "--timeout: " kserver "$word" --timeout 5
  done
  for word in run status check config format info dump verify; do
    for flag in -b -P -C --timeout --columns; do
      expect_error 2 "kserver: $flag is not for kserver $word" kserver "$word" "$flag" 1
    done
  done
  expect_error 2 "-X: \"log.dirs\" is no config" kserver cluster -X log.dirs=/data
  expect_error 2 "-X ssl.key.password would be seen in ps" kserver cluster -X ssl.key.password=x
}

@test "which brokers: -b, -P, -C, -X and the environment" {
  mkdir -p "$BATS_TEST_TMPDIR/kstream"
  printf '[profile.prod]\n"bootstrap.servers" = "%s"\n' "$KSTREAM_SERVER" > "$BATS_TEST_TMPDIR/kstream/client.toml"
  printf 'bootstrap.servers=%s\n' "$KSTREAM_SERVER" > "$BATS_TEST_TMPDIR/client.properties"
  server=$KSTREAM_SERVER
  unset KSTREAM_SERVER
  export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR
  for flags in "-b $server" "-P prod" "-C $BATS_TEST_TMPDIR/client.properties" "-X bootstrap.servers=$server"; do
    # shellcheck disable=SC2086  # a flag and its value
    [ "$(kserver brokers $flags --columns host)" = 127.0.0.1 ]
  done
  [ "$(KSTREAM_PROFILE=prod kserver brokers --columns id)" = 1 ]
  [ "$(KSTREAM_SERVER=127.0.0.1:9 kserver brokers --columns id -q -b "$server")" = 1 ]
  [ "$(kserver features -P prod -X client.id=me --show-config | grep client.id)" = $'client.id\tme\t-X' ]
}

@test "-v says more, -q nothing" {
  run --separate-stderr kserver cluster -vv
  [[ $stderr == *"$KSTREAM_SERVER < DescribeCluster v"* ]]
  run --separate-stderr kserver cluster -q
  [[ $status -eq 0 && -n $output && -z $stderr ]]
}

@test "no broker: exit 5 when the time is over" {
  for word in "${words[@]}"; do
    expect_error 5 "kserver: NETWORK_EXCEPTION: 127.0.0.1:9: Connection refused" kserver "$word" -b 127.0.0.1:9 --timeout 300ms
  done
  if (exec 3<> /dev/tcp/127.0.0.1/9092) 2> /dev/null; then skip "a broker runs on port 9092"; fi
  unset KSTREAM_SERVER
  expect_error 5 "no broker was named; name one: -b HOST:PORT" kserver cluster --timeout 300ms
}

@test "output that cannot be written: 1; a reader that left: 0" {
  expect_error 1 "stdout: No space left on device" bash -c 'kserver brokers > /dev/full'
  # shellcheck disable=SC2016  # that bash expands it
  run --separate-stderr bash -c 'kserver features | true; exit "${PIPESTATUS[0]}"'
  [ "$status" -eq 0 ]
}

# Its server says of itself that it knows ApiVersions 0 to 2 and Metadata 0 to 1.
@test "a broker that is too old: one line, which names the API" {
  python3 - > "$BATS_TEST_TMPDIR/address" 3>&- << 'END' &
import socket, struct
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(60)  # should the test fail
print("127.0.0.1:%d" % listener.getsockname()[1], flush=True)
def take(peer, size):
    data = b""
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more: return None
        data += more
    return data
while True:
    peer, _ = listener.accept()
    while (head := take(peer, 4)) and (frame := take(peer, struct.unpack(">i", head)[0])):
        version, correlation = struct.unpack(">hi", frame[2:8])
        apis = [(18, 0, 2)] if version > 2 else [(18, 0, 2), (3, 0, 1)]
        body = struct.pack(">ihi", correlation, 35 if version > 2 else 0, len(apis)) + b"".join(struct.pack(">hhh", *api) for api in apis)
        body += b"" if version != 2 else struct.pack(">i", 0)
        peer.sendall(struct.pack(">i", len(body)) + body)
END
  old=$!
  eventually test -s "$BATS_TEST_TMPDIR/address"
  address=$(cat "$BATS_TEST_TMPDIR/address")
  expect_error 1 "kserver: UNSUPPORTED_VERSION: $address does not know DescribeQuorum" kserver quorum -b "$address"
  expect_error 1 "kserver: UNSUPPORTED_VERSION: $address knows ApiVersions 0 to 2, not 3 to 5" kserver features -b "$address"
  expect_error 1 "kserver: UNSUPPORTED_VERSION: $address knows Metadata 0 to 1, not 4 to 13" kserver cluster -b "$address"
  [ "$(wc -l < "$BATS_TEST_TMPDIR/err")" -eq 1 ]
  kill "$old"
}
