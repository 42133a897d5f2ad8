#!/usr/bin/env bats
# kserver: its command line, what it refuses to start with, and what it says when asked.

# shellcheck disable=SC2154,SC2030,SC2031  # stderr and others come from setup.bash and bats; each test is a subshell
load setup

free_port=(-X listeners=PLAINTEXT://127.0.0.1:0)

setup() {
  folder=$BATS_TEST_TMPDIR
  data=$folder/data
  server=
}

teardown() {
  [ -z "$server" ] || stop || true
}

# start ARGUMENT...: a server of this test's own, ended with it; its address is in $address.
start() {
  : > "$folder/ready"
  kserver "${free_port[@]}" "$@" > "$folder/ready" 2> "$folder/log" 3>&- &
  server=$!
  for _ in {1..100}; do
    if read -r _ address < "$folder/ready"; then return; fi
    sleep 0.1
  done
  cat "$folder/log"
  return 1
}

# Ends it, and returns how it ended.
stop() {
  local pid=$server
  server=
  kill "$pid"
  wait "$pid"
}

# refused STATUS TEXT ARGUMENT...: kserver does not start, and says TEXT in its one line.
refused() {
  local status=$1 text=$2
  shift 2
  expect_error "$status" "kserver: $text" timeout 20 kserver "$@"
  [ "$(wc -l < "$BATS_TEST_TMPDIR/err")" -eq 1 ]
}

@test "a mistyped word starts nothing" {
  refused 2 "unknown word 'rnu': there are run, check, config, format, info, status, dump, verify, cluster, brokers, quorum, features" rnu
  refused 2 "unknown word ''" ''
  refused 2 "unknown word 'rnu'" -X "log.dirs=$data" rnu
  refused 2 "kserver run takes flags only, not 'now'" run now
  refused 2 "kserver status takes flags only, not '$data'" status "$data"
  refused 2 "kserver has no --staus; see kserver -h" --staus
  refused 2 "kserver has no --status: say kserver status" --status
  refused 2 "-b is not for kserver run" -b 127.0.0.1:9
  refused 2 "-J is not for kserver run" -J
  refused 2 "-q is not for kserver run" run -q
  refused 2 "-X wants a value: -X NAME=VALUE" -X
  refused 2 "-c wants a value: -c FILE" status -c
  refused 2 "there is one configuration file" -c a -c b
}

@test "a configuration that is wrong: exit 2, and where" {
  refused 2 '-X: "log.dris" is no config; "log.dirs" is the nearest' -X log.dris=x
  refused 2 '-X: must be NAME=VALUE' -X log.dirs
  refused 2 '-X: "node.id" must be a whole number of 32 bits, not "x"' run --override node.id=x
  refused 2 '-X: "ssl.key.password" is a secret' -X ssl.key.password=x
  refused 2 '-X: "listeners": "here" is no NAME://HOST:PORT' -X listeners=here
  KSERVER_NODE_ID=x refused 2 'KSERVER_NODE_ID: "node.id"'
  refused 2 "$folder/none: cannot be read: No such file" -c "$folder/none"
  refused 2 "$folder: cannot be read: Is a directory" --config "$folder"
  printf 'node.id=1\nlog.dris=x\n' > "$folder/f"
  refused 2 "$folder/f:2: \"log.dris\" is no config" -c "$folder/f"
  refused 2 "$folder/f:2: \"log.dris\" is no config" status -q -c "$folder/f"
  printf '"node.id" = 1\n"log.dirs" =\n' > "$folder/f.toml"
  refused 2 "$folder/f.toml:2: " -c "$folder/f.toml"
  expect_error 2 '"num.shards" must be at least 0' kserver -X num.shards=-1 -X node.id=-1
  [ "$(wc -l < "$BATS_TEST_TMPDIR/err")" -eq 2 ]  # each fault a line
}

@test "a file that may not be read: exit 2" {
  [ "$(id -u)" -eq 0 ] || skip "only root can be another user"
  install -m 600 /dev/null "$folder/f"
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$folder"
  expect_error 2 "$folder/f: cannot be read: Permission denied" setpriv --reuid=65534 --clear-groups kserver -c "$folder/f"
}

@test "a machine that does not allow it: exit 1, and why" {
  start -X "log.dirs=$data"
  refused 1 "cannot listen on $address: Address already in use" -X "listeners=PLAINTEXT://$address" -X "log.dirs=$folder/other"
  refused 1 "cannot listen on 192.0.2.1:0: Cannot assign" -X listeners=PLAINTEXT://192.0.2.1:0 -X "log.dirs=$folder/other"
  refused 1 "$data is in use by another broker" "${free_port[@]}" -X "log.dirs=$data"
  touch "$folder/file"
  refused 1 "log.dirs: cannot make $folder/file: Not a directory" "${free_port[@]}" -X "log.dirs=$folder/file"
}

@test "a folder that is another's: exit 1, and whose" {
  start -X "log.dirs=$data"
  stop
  refused 1 "$data belongs to node 1, this is node 7: set node.id or log.dirs" "${free_port[@]}" -X "log.dirs=$data" -X node.id=7
  start -X "log.dirs=$folder/other"
  stop
  refused 1 "the log directories belong to different clusters" "${free_port[@]}" -X "log.dirs=$data,$folder/other"
  mkdir -p "$folder/bare/orders-0"
  refused 1 "$folder/bare holds partitions but no meta.properties" "${free_port[@]}" -X "log.dirs=$folder/bare"
}

@test "a folder of Kafka's is refused and left as it is" {
  mkdir -p "$folder/kraft/orders-0" "$folder/zookeeper"
  printf 'cluster.id=5L6g3nShT-eMCtK--X86sw\n%s\nnode.id=1\nversion=1\n' directory.id=4-l0RHI6SHmeMG26ZiW4zQ \
    > "$folder/kraft/meta.properties"
  printf 'version=0\nbroker.id=1\ncluster.id=5L6g3nShT-eMCtK--X86sw\n' > "$folder/zookeeper/meta.properties"
  touch "$folder/kraft/.kafka_cleanshutdown"
  before=$(cd "$folder" && md5sum ./*/meta.properties)
  for kafka in kraft zookeeper; do
    refused 1 "$folder/$kafka/meta.properties: this folder was formatted by Apache Kafka, for cluster 5L6g3nShT-eMCtK--X86sw" \
      "${free_port[@]}" -X "log.dirs=$data,$folder/$kafka"
  done
  [ "$(cd "$folder" && md5sum kraft/meta.properties zookeeper/meta.properties | sed 's,  ,  ./,')" = "$before" ]
  [ -e "$folder/kraft/.kafka_cleanshutdown" ]
  [ ! -e "$data/meta.properties" ]
}

@test "flag before environment before file before default; SIGTERM and SIGINT: exit 0" {
  printf '"node.id" = 3\n"log.dirs" = "%s"\n' "$folder/file" > "$folder/f.toml"
  XDG_STATE_HOME=$folder/state start run
  kserver status -X "log.dirs=$folder/state/kstream" | grep -qx $'node_id\t1'
  stop
  start -c "$folder/f.toml"
  kserver status -c "$folder/f.toml" | grep -qx $'node_id\t3'
  stop
  KSERVER_LOG_DIRS=$folder/environment KSERVER_NODE_ID=4 start -c "$folder/f.toml" -X node.id=5
  KSERVER_LOG_DIRS=$folder/environment kserver status | grep -qx $'node_id\t5'
  kill -INT "$server"
  wait "$server"
  server=
}

@test "check: each fault a line with its place, and 2; warnings are fine" {
  printf 'node.id=1\nlog.dris=x\nnum.io.threads=4\nssl.key.password=hunter2\n' > "$folder/f"
  run --separate-stderr kserver check -c "$folder/f"
  [ "$status" -eq 2 ]
  [ "$output" = "$folder/f:2: error: \"log.dris\" is no config; \"log.dirs\" is the nearest
$folder/f:3: warning: \"num.io.threads\" has no effect yet
$folder/f:4: warning: \"ssl.key.password\" has no effect yet" ]
  [ -z "$stderr" ]
  run kserver check -q -c "$folder/f"
  [ "$status" -eq 2 ]
  [ -z "$output" ]
  kserver check -J -c "$folder/f" > "$folder/out" || [ $? -eq 2 ]
  [ "$(jq -r 'select(.level == "error") | .where' "$folder/out")" = "$folder/f:2" ]
  sed -i 2d "$folder/f"
  run kserver check "${free_port[@]}" -X "log.dirs=$data" -c "$folder/f"
  [ "$status" -eq 0 ]
  [[ $output == *"-X: note: $data is new: it will be made and formatted" ]]
  [ ! -e "$data" ]
  expect_error 2 "kserver check takes flags only, not 'now'" kserver check now
  expect_error 2 "-a is not for kserver check" kserver check -a
}

@test "check: what a start would meet" {
  start -X "log.dirs=$data"
  run kserver check -X "log.dirs=$data" -X "listeners=PLAINTEXT://$address"
  [ "$status" -eq 0 ]
  [[ $output == *"$data is in use by a broker, process $server"* ]]
  [[ $output == *"warning: \"listeners\": cannot listen on $address: Address already in use"* ]]
  run kserver check -X "log.dirs=$folder/other" -X "listeners=PLAINTEXT://$address"
  [ "$status" -eq 2 ]
  [[ $output == *"-X: error: \"listeners\": cannot listen on $address: Address already in use" ]]
  stop
  run kserver check "${free_port[@]}" -X "log.dirs=$data" -X node.id=7
  [ "$status" -eq 2 ]
  [[ $output == *"$data belongs to node 1, this is node 7: set node.id or log.dirs" ]]
}

@test "check: a folder that may not be written to" {
  [ "$(id -u)" -eq 0 ] || skip "only root can be another user"
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$folder"
  mkdir "$data"
  run setpriv --reuid=65534 --clear-groups kserver check "${free_port[@]}" -X "log.dirs=$data"
  [ "$status" -eq 2 ]
  [[ $output == *"$data is not writable by uid 65534: Permission denied" ]]
  run setpriv --reuid=65534 --clear-groups kserver check "${free_port[@]}" -X "log.dirs=$folder/new/er"
  [ "$status" -eq 2 ]
  [[ $output == *"cannot make $folder/new/er: $folder: Permission denied (uid 65534)" ]]
}

@test "config: what holds, and where it comes from" {
  printf 'node.id=3\nlog.retention.hours=2\nssl.key.password=hunter2\n' > "$folder/f"
  export KSERVER_NUM_SHARDS=2
  where=(-c "$folder/f" -X "log.dirs=$data")
  [ "$(kserver config "${where[@]}")" = "log.dirs	$data	-X	yes
log.retention.hours	2	$folder/f:2	yes
log.retention.ms	7200000	$folder/f:2 (log.retention.hours)	yes
node.id	3	$folder/f:1	yes
num.shards	2	KSERVER_NUM_SHARDS	yes
ssl.key.password	(secret)	$folder/f:3	no" ]
  [ "$(kserver config "${where[@]}" node.id)" = 3 ]
  [ "$(kserver config "${where[@]}" fetch.max.bytes)" = 57671680 ]
  [ "$(kserver config "${where[@]}" broker.rack)" = '' ]
  [ "$(kserver config "${where[@]}" 'node.*' num.shards -f csv)" = $'name,value,source,effect\r\nnode.id,3,'"$folder"$'/f:1,yes\r\nnum.shards,2,KSERVER_NUM_SHARDS,yes\r' ]
  [[ $(kserver config "${where[@]}" node.id --format table) == NAME* ]]
  [ "$(kserver config "${where[@]}" node.id -J | jq -r .source)" = "$folder/f:1" ]
  [ "$(kserver config "${where[@]}" -J ssl.key.password | jq -c '[.value, .sensitive]')" = '[null,true]' ]
  [ "$(kserver config "${where[@]}" -a | wc -l)" -gt 380 ]
  [ "$(kserver config "${where[@]}" --all -J | grep -c hunter2)" -eq 0 ]
  expect_error 3 'kserver: "node.ib" is no config; "node.id" is the nearest' kserver config "${where[@]}" node.ib
  expect_error 2 "unknown format 'x'" kserver config "${where[@]}" -f x
  expect_error 2 "-c exit 0: there is no such file; flags of the command stand behind --" kserver run --ephemeral sh -c 'exit 0'
  expect_error 2 '-X: "node.id" must be' kserver config -X node.id=x
  expect_error 1 'cannot write to stdout' bash -c 'kserver config -a "$@" > /dev/full' - "${where[@]}"
  kserver config "${where[@]}" --color always -f table | grep -q $'^\e\\[1mNAME'
}

@test "check and status in every format" {
  printf 'log.dris=x\nlog.dirs=%s\n' "$data" > "$folder/f"
  check() { kserver check -c "$folder/f" "$@" || [ $? -eq 2 ]; }
  [ "$(check -f plain)" = "error"$'\t'"$folder/f:1"$'\t'"log.dris"$'\t'"\"log.dris\" is no config; \"log.dirs\" is the nearest" ]
  [ "$(check -f table | head -n 1 | tr -s ' ')" = "LEVEL WHERE NAME TEXT" ]
  [ "$(check -f csv | head -n 1)" = $'level,where,name,text\r' ]
  [ "$(check -f json)" = "$(check -J)" ]
  expect_error 2 "unknown format 'xml'" kserver check -f xml
  start -X "log.dirs=$data"
  status=(kserver status -X "log.dirs=$data")
  "${status[@]}" -f plain | grep -qx $'node_id\t1'
  "${status[@]}" -f csv | grep -qx $'node_id,1\r'
  "${status[@]}" -f table | grep -qx 'node_id  *1'
  "${status[@]}" -f json | grep -q '"node_id":1'
  expect_error 2 "-J and -f csv are two formats" "${status[@]}" -J -f csv
}

@test "format and info: log directories, made and told of" {
  dirs=(-X "log.dirs=$folder/a,$folder/b")
  [ "$(kserver info "${dirs[@]}")" = "$folder/a"$'\tnew\tyes\t-\t-\t-\t-\n'"$folder/b"$'\tnew\tno\t-\t-\t-\t-' ]
  [ ! -e "$folder/a" ]
  cluster=5L6g3nShT-eMCtK--X86sw
  kserver format --cluster-id "$cluster" -X "log.dirs=$folder/a" -X node.id=3 | grep -qE "^$folder/a"$'\tformatted\tyes\t3\t'"$cluster"$'\t.{22}\t-$'
  expect_error 4 "$folder/a is formatted already; --if-not-exists formats the others" kserver format "${dirs[@]}" -X node.id=3
  [ ! -e "$folder/b" ]
  kserver format --if-not-exists "${dirs[@]}" -X node.id=3 -f csv | cut -d , -f 1-5 > "$folder/out"
  [ "$(cat "$folder/out")" = $'path,state,metadata,node,cluster\n'"$folder/a,kept,yes,3,$cluster"$'\n'"$folder/b,formatted,no,3,$cluster" ]
  kserver info "${dirs[@]}" -X node.id=3 -J | python3 -c 'import json, sys; assert all(json.loads(line)["state"] == "formatted" for line in sys.stdin)'
  kserver info "${dirs[@]}" -X node.id=3 -f table | head -n 1 | grep -q '^PATH  *STATE  *METADATA'
  # Another node's, another cluster's.
  run --separate-stderr kserver info "${dirs[@]}" -f csv
  [ "$status" -eq 1 ]
  [[ $output == *"unusable,yes,,,,\"$folder/a belongs to node 3, this is node 1: set node.id or log.dirs\""* ]]
  expect_error 1 "$folder/a belongs to node 3" kserver format --if-not-exists "${dirs[@]}"
  expect_error 1 "$folder/a belongs to cluster $cluster, and not to other" kserver format --if-not-exists --cluster-id other "${dirs[@]}" -X node.id=3
  expect_error 2 "--cluster-id may have letters" kserver format --cluster-id 'a b' "${dirs[@]}"
  # A server starts on what was formatted; while it runs, nobody else formats, and what is formatted need not be.
  start "${dirs[@]}" -X node.id=3
  [ "$(kserver status "${dirs[@]}" -f plain | grep cluster_id)" = $'cluster_id\t'"$cluster" ]
  [ "$(kserver format --if-not-exists "${dirs[@]}" -X node.id=3 -f csv | cut -d , -f 1,2)" = $'path,state\n'"$folder/a,kept"$'\n'"$folder/b,kept" ]
  expect_error 1 "$folder/a is in use by another broker" kserver format --if-not-exists "${dirs[@]/$folder\/b/$folder\/b,$folder\/d}" -X node.id=3
  [ -z "$(kserver format -q -X "log.dirs=$folder/c")" ]
  [ -e "$folder/c/meta.properties" ]
}

@test "run --ephemeral: a broker for a command" {
  export TMPDIR=$folder/tmp
  mkdir "$TMPDIR"
  run --separate-stderr kserver run --ephemeral -- bash -c 'echo one | kproduce -q --create t && kconsume t && exit 7'
  [ "$status" -eq 7 ]
  [ "$output" = one ]
  [ -z "$stderr" ]
  [ -z "$(ls "$TMPDIR")" ]
  run kserver run --ephemeral -X log.level=info -X listeners=PLAINTEXT://127.0.0.1:0 -- printenv KSTREAM_SERVER
  [ "$status" -eq 0 ]
  [[ $output == *formatted*127.0.0.1:* ]]
  [ "$(kserver --ephemeral -- echo without a verb)" = 'without a verb' ]
  expect_error 2 "no command stands behind --" kserver run --ephemeral --
  expect_error 127 "cannot run no-such-program: No such file" kserver run --ephemeral -- no-such-program
  expect_error 126 "cannot run $folder: Permission denied" kserver run --ephemeral -- "$folder"
  expect_error 2 "--ephemeral has a folder of its own: leave out -X log.dirs=x" kserver run --ephemeral -X log.dirs=x -- true
  expect_error 2 '-X: "node.id" must be' kserver run --ephemeral -X node.id=x -- true
  expect_error 1 "cannot make /no/such/folder/kserver-" env TMPDIR=/no/such/folder kserver run --ephemeral -- true
  expect_error 2 "--ephemeral is not for kserver check" kserver check --ephemeral
  [ -z "$(ls "$TMPDIR")" ]
  printf 'x\n' | kserver run --ephemeral -- cat | grep -qx x
  run kserver run --ephemeral -- bash -c 'yes | head -n 1'  # SIGPIPE is as it was
  [ "$output" = y ]
}

@test "a log in a file, and one that cannot be" {
  start -X "log.dirs=$data" -X "log.file=$folder/kserver.log" -X log.format=json
  eventually jq -e 'select(.message | startswith("formatted"))' "$folder/kserver.log"
  [ ! -s "$folder/log" ]
  refused 1 "log.file: cannot write to $folder/none/log: No such file" "${free_port[@]}" -X "log.dirs=$folder/other" \
    -X "log.file=$folder/none/log"
  refused 1 "cannot listen on $address: Address already in use" -X "listeners=PLAINTEXT://$address" \
    -X "log.dirs=$folder/other" -X "log.file=$folder/second.log"
  grep -q "error   cannot listen on $address: Address already in use" "$folder/second.log"
  refused 1 "metrics.listener: cannot listen on $address: Address already in use" "${free_port[@]}" \
    -X "log.dirs=$folder/other" -X "metrics.listener=$address"
}

@test "status: what it counted, JSON, or whether one runs" {
  where=(-X "log.dirs=$data")
  expect_error 5 "kserver: no broker runs on $data: No such file" kserver status "${where[@]}"
  run kserver status -q "${where[@]}"
  [ "$status" -eq 5 ]
  [ -z "$output" ]
  start "${where[@]}"
  kserver "${where[@]}" status | grep -qx $'shards\t[1-9][0-9]*'
  kserver status -J "${where[@]}" | python3 -c 'import json, sys; assert json.load(sys.stdin)["node_id"] == 1'
  run --separate-stderr kserver status --quiet "${where[@]}"
  [ "$status" -eq 0 ]
  [ -z "$output$stderr" ]
  expect_error 1 "kserver: cannot write to stdout" bash -c 'kserver status "$@" > /dev/full' - "${where[@]}"
  { sleep 0.3; kserver status "${where[@]}" && touch "$folder/done"; } | true  # a reader that left
  [ -e "$folder/done" ]
  kill -9 "$server"
  wait "$server" || true
  server=
  expect_error 5 "kserver: no broker runs on $data: Connection refused" kserver status "${where[@]}"
}

@test "status of another user's broker: exit 6" {
  [ "$(id -u)" -eq 0 ] || skip "only root can be another user"
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$folder"
  start -X "log.dirs=$data"
  expect_error 6 "kserver: the broker on $data cannot be asked: Permission denied" \
    setpriv --reuid=65534 --clear-groups kserver status -X "log.dirs=$data"
}

@test "--version: without a socket, a thread or a file of its own" {
  strace -f -o "$folder/trace" -e trace=socket,clone,clone3,mkdir,bind,eventfd2,epoll_create1 kserver --version
  run ! grep -v '+++ exited' "$folder/trace"
}

@test "config: what clients set counts before all else, whether the broker runs or not" {
  start -X "log.dirs=$data" -X log.retention.hours=2
  where=(-X "log.dirs=$data" -X log.retention.hours=2)
  dynamic() { kserver config "${where[@]}" | grep dynamic; }
  [ -z "$(dynamic)" ]
  configs=$folder/kafka-configs.sh
  ln -s "$(command -v ktopics)" "$configs"
  "$configs" --bootstrap-server "$address" --alter --entity-type brokers --entity-default --add-config log.retention.ms=1000,message.max.bytes=5000
  "$configs" --bootstrap-server "$address" --alter --entity-type brokers --entity-name 1 --add-config message.max.bytes=6000
  for round in running stopped; do
    [ "$(dynamic)" = "log.retention.ms	1000	dynamic (all brokers)	yes
message.max.bytes	6000	dynamic (broker 1)	yes" ] || { echo "$round: $(dynamic)"; return 1; }
    [ "$(kserver config "${where[@]}" log.retention.hours)" = 2 ]
    [ "$(kserver config "${where[@]}" -J message.max.bytes | jq -r '.value + " " + .source')" = '6000 dynamic (broker 1)' ]
    [ "$round" = stopped ] || stop
  done
  printf 'X' | dd of="$data/__cluster_metadata-0/00000000000000000000.log" bs=1 seek=9 conv=notrunc status=none
  run --separate-stderr kserver config "${where[@]}" message.max.bytes
  [[ "$status $output" = "0 1048588" && $stderr = "kserver: what clients set is not among them: "* ]]
}

@test "verify: what is damaged, by place, and what a start would mend" {
  start -X "log.dirs=$data"
  ktopics create -q -b "$address" orders
  ktopics create -q -b "$address" big -c segment.bytes=1048576
  seq 1000 | kproduce -q -b "$address" -z zstd orders
  seq 400000 | kproduce -q -b "$address" -X max.request.size=10000 big
  expect_error 1 "kserver: $data is in use by a broker, process $server: stop it, or verify a copy" kserver verify "$data"
  expect_error 1 "$data is in use by a broker" kserver verify "$data/orders-0"
  stop
  run --separate-stderr kserver verify "$data"
  [[ "$status $output" = '0 ' && $stderr == "kserver: $data: 3 logs, 4010"*" records, "*": nothing is damaged" ]]
  [ -z "$(kserver verify -q "$data" 2>&1)" ]
  [[ $(kserver verify "$data/big-0" 2>&1) == "kserver: $data/big-0: 1 log, 400000 records, 5."*" MiB: nothing is damaged" ]]
  damaged=$folder/damaged
  # verdict STATUS LINE...: of a copy, damaged by what stands on stdin.
  verdict() {
    local status=$1 got=0
    shift
    rm -rf "$damaged"
    cp -r "$data" "$damaged"
    (cd "$damaged" && eval "$(cat)")
    find "$damaged" -type f -exec md5sum {} + | sort > "$folder/before"
    kserver verify "$damaged" > "$folder/out" 2> /dev/null || got=$?
    find "$damaged" -type f -exec md5sum {} + | sort | cmp - "$folder/before"
    [ "$got $(sed "s#^$damaged/##" "$folder/out")" = "$status $(printf '%s\n' "$@")" ] || { echo "$got $(cat "$folder/out")"; return 1; }
  }
  read -r _ second third _ < <(cd "$data/big-0" && echo 0*.log | sed 's/\.log//g')
  poke() { printf X | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
  verdict 7 "orders-0/00000000000000000000.log: error: at position 0: the CRC is wrong" <<< 'poke orders-0/0*.log 100'
  verdict 7 "big-0/$second.index: error: at position 0: an entry that points to no batch; remove it, and the next start makes it anew" <<< "poke big-0/$second.index 7"
  verdict 0 "big-0/$second.timeindex: warning: is missing; the next start makes it anew" <<< "rm big-0/$second.timeindex"
  verdict 7 "big-0/00000000000000000000.log: error: offsets $((10#$second)) to $((10#$third - 1)) are missing between this segment and the next" \
    <<< "rm big-0/$second.*"
  verdict 7 "orders-0: error: is gone, and it held records up to offset 1000" <<< 'rm -r orders-0'
  verdict 7 "orders-0: error: is of topic big, as partition.metadata says" <<< 'cp big-0/partition.metadata orders-0'
  verdict 0 "orders-0/partition.metadata: warning: is missing; the next start makes it anew" <<< 'rm orders-0/partition.metadata'
  verdict 7 "recovery-point-offset-checkpoint: error: is damaged: it lacks its first two lines" <<< 'echo x > recovery-point-offset-checkpoint'
  verdict 7 "orders-0: error: the log ends at offset 1000, but was synced up to offset 1001" <<< "sed -i 's/^orders 0 .*/orders 0 1001/' recovery-point-offset-checkpoint"
  verdict 7 "__cluster_metadata-0/00000000000000000000.log: error: at position 0: the CRC is wrong" <<< 'poke __cluster_metadata-0/00000000000000000000.log 70'
  verdict 0 "strange-0: warning: is of a topic that the metadata do not know, AAAAAAAAAAAAAAAAAAAAVw: the next start sets it aside, or removes it if it is empty" \
    <<< 'mkdir strange-0; printf "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAVw" > strange-0/partition.metadata'
  verdict 0 <<< 'mkdir photos-3; touch photos-3/me.jpg'
  # after a crash of the system what was not synced may be torn
  verdict 0 "orders-0/00000000000000000000.log: warning: at position 0: the batch reaches beyond the end; that was not synced, and the next start ends the log there" \
    <<< "rm .kafka_cleanshutdown; sed -i 's/^orders 0 .*/orders 0 0/' recovery-point-offset-checkpoint; truncate -s -1 orders-0/0*.log"
  rm -r "$damaged"
  cp -r "$data" "$damaged"
  poke "$damaged/orders-0/00000000000000000000.log" 100
  run --separate-stderr kserver verify -f csv "$data" "$damaged"
  [[ "$status $output" == '7 level,where,name,text'$'\r\nerror,'"$damaged/orders-0/00000000000000000000.log,,at position 0: the CRC is wrong"$'\r' ]]
  [ "$(kserver verify -J "$damaged/orders-0" 2> /dev/null | jq -r .level)" = error ]
  sed -i 's/^kstream.format=.*/kstream.format=99/' "$damaged/meta.properties"
  expect_error 2 "kserver: $damaged/meta.properties: kstream.format=99 was left by a later release" kserver verify "$damaged"
  expect_error 3 "cannot open $folder/none: No such file or directory" kserver verify "$folder/none"
  expect_error 2 "$folder is no log directory" kserver verify "$folder"
  expect_error 2 'which log directory? As in: kserver verify /data' kserver verify
  expect_error 2 "unknown format 'x'" kserver verify -f x "$data"
}

@test "between processes of one machine neither end is paced" {
  strace -f -o "$folder/trace" -e trace=setsockopt kserver run --ephemeral -X num.shards=1 -- ktopics list
  # The shard's thread asks for it, and the tool's.
  [ "$(grep TCP_CONGESTION "$folder/trace" | cut -d ' ' -f 1 | sort -u | wc -l)" -eq 2 ]
}

@test "dump: what is in the files of a log" {
  start -X "log.dirs=$data"
  ktopics create -q -b "$address" orders
  printf 'a:1\nb:2\n' | kproduce -q -b "$address" -z zstd -K : orders
  printf 'c:3\n' | kproduce -q -b "$address" -K : orders
  log=$data/orders-0/00000000000000000000.log
  [ "$(kserver dump -f plain "$log" | cut -f 2,4-6,8,14)" = $'0\t0\t1\t2\tzstd\tvalid\n'"$(kserver dump -f plain "$log" | sed -n 2p | cut -f 2)"$'\t2\t2\t1\tnone\tvalid' ]
  [ "$(kserver dump -J "$log" | jq -c '[.file, .batch.records, .batch.crc_valid]')" = "[\"$log\",2,true]"$'\n'"[\"$log\",1,true]" ]
  [ "$(kserver dump -f plain "$log" | head -1 | cut -f 10)" = "$(kconsume -b "$address" orders -n 1 -o 1 -f '%{time}')" ]
  [[ $(kserver dump -f table "$log") == *"$(kconsume -b "$address" orders -n 1 -o 1 -f '%{time:%FT%T}')"* ]]
  kserver dump -f csv "$log" | head -1 | grep -q '^file,position,size,base_offset,'
  [ "$(kserver dump --records "$log" | jq -r '[.topic, .offset, .key, .value] | join(" ")')" = $'orders 0 a 1\norders 1 b 2\norders 2 c 3' ]
  stop
  kserver dump "${log%.log}.timeindex" -J | jq -e .time_index.offset
  kserver dump -J "$data"/__cluster_metadata-0/*.log | jq -e .batch.position > "$folder/positions"
  [ -s "$folder/positions" ]
}

@test "dump: damage is named, told by 7, and does not hide the other files" {
  mkdir -p "$data/t-0"
  kserver run --ephemeral -X listeners=PLAINTEXT://127.0.0.1:0 -- sh -c 'seq 2 | kproduce -q --create t; kconsume -f batch t' > "$data/t-0/00000000000000000000.log"
  cp "$data/t-0/00000000000000000000.log" "$data/t-0/00000000000000000009.log"
  printf X | dd of="$data/t-0/00000000000000000000.log" bs=1 seek=65 conv=notrunc status=none
  run --separate-stderr kserver dump -f plain "$data"/t-0/*.log
  [ "$status" -eq 7 ]
  [ "$(cut -f 14 <<< "$output")" = $'wrong\nvalid' ]
  [ "$stderr" = "kserver: $data/t-0/00000000000000000000.log: at position 0: the batch's CRC is wrong" ]
  truncate -s -1 "$data/t-0/00000000000000000009.log"
  expect_error 7 "kserver: $data/t-0/00000000000000000009.log: at position 0: the batch reaches beyond the end" kserver dump "$data/t-0/00000000000000000009.log"
  expect_error 7 "the batch's CRC is wrong" kserver dump --records "$data/t-0/00000000000000000000.log"
  expect_error 3 "No such file" kserver dump "$data/t-0/none.log"
  [ "$(kserver dump -f plain "$data/t-0" 2> "$folder/err" | cut -f 1,14)" = "$data/t-0/00000000000000000000.log	wrong" ]
  grep -q "00000000000000000009.log: at position 0" "$folder/err"
  mkdir "$data/empty"
  expect_error 2 "$data/empty is a folder without a .log" kserver dump "$data/empty"
  touch "$data/other"
  expect_error 2 "is no .log, .index, .timeindex or .checkpoint" kserver dump "$data/other"
  expect_error 2 "which files? As in: kserver dump" kserver dump
  expect_error 2 "--records prints JSON" kserver dump --records -f csv "$data/t-0/00000000000000000009.log"
  expect_error 2 "-c is not for kserver dump" kserver dump -c x y.log
}

@test "dump: a reader that leaves ends it" {
  mkdir -p "$data/t-0"
  batch=$folder/batch
  kserver run --ephemeral -X listeners=PLAINTEXT://127.0.0.1:0 -- sh -c 'seq 1 | kproduce -q --create t; kconsume -f batch t' > "$batch"
  for _ in {1..5000}; do cat "$batch"; done > "$data/t-0/00000000000000000000.log"
  dump_one_line() {
    kserver dump -f plain "$data/t-0/00000000000000000000.log" | head -1
    return "${PIPESTATUS[0]}"
  }
  run --separate-stderr dump_one_line
  [ "$status" -eq 0 ]
  [ "${#lines[@]}" -eq 1 ]
  dump_on_a_full_disk() { kserver dump "$data/t-0/00000000000000000000.log" > /dev/full; }
  expect_error 1 "stdout: No space left on device" dump_on_a_full_disk
}
