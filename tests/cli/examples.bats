#!/usr/bin/env bats
# Every example of the man pages and of --help is typed here, as it stands, and does what it promises. An example without
# a test fails, as does a test whose example is gone.

# shellcheck disable=SC2154,SC2030,SC2031  # stderr and others come from setup.bash and bats; each test is a subshell
load setup

setup_file() { start_server; }
teardown_file() { stop_server; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir -p data var/log/nginx
  printf 'one\ntwo\nthree\n' | tee var/log/dpkg.log > var/log/nginx/access.log
  : > tried
}

# The examples of a page, and of --help if it is a program's, a line each.
examples() {
  local page
  page=$(echo "$BATS_TEST_DIRNAME/../../man/$1".[1-8])
  {
    [[ $page != *.1 ]] || "$1" --help | sed -n '/^Examples:/,/^$/s/^  //p' | sed -E 's/ {2,}# .*//'
    mandoc -T utf8 "$page" | sed $'s/.\b//g' | sed -n '/^EXAMPLES/,/^[A-Z]* ALSO/s/^     //p'
  } | sort -u
}

# try LINE: runs an example with this test's files in the place of the machine's. What it prints is in $output.
try() {
  echo "$1" >> tried
  run --separate-stderr timeout -s TERM "${seconds:-20}" bash -c \
    "$(sed "s#/var/log/#$PWD/var/log/#; s#/data#$PWD/data#; s#/etc/kstream#$PWD#; s#localhost:9092#$KSTREAM_SERVER#" <<< "$1")"
  echo "$1: exit $status, stdout: ${output:0:300}, stderr: $stderr"
}

# follow LINE RECORD...: an example that ends only when it is stopped; the records are sent to logs meanwhile.
follow() {
  local line=$1
  shift
  {
    sleep 1
    "$@"
  } 3>&- &
  seconds=3 try "$line"
  wait $!
  [ "$status" -eq 124 ]
}

all_tried() { diff <(examples "$1") <(sort -u tried); }

# A topic without records.
fresh() { ktopics delete "$1" -yq --if-exists && ktopics create "$1" -q -p "${2:-1}"; }
topic() { ktopics create "$1" -q --if-not-exists -p "${2:-1}"; }

@test "kserver" {
  [ -n "$(examples kserver)" ]
  export KSERVER_LISTENERS=PLAINTEXT://127.0.0.1:0 XDG_STATE_HOME=$PWD/state
  printf '"node.id" = 7\n"log.dirs" = "%s/toml"\n' "$PWD" > kserver.toml
  for line in kserver 'kserver -X log.dirs=/data -X node.id=2' 'kserver -c /etc/kstream/kserver.toml'; do
    seconds=2 try "$line"
    [[ $output == "ready 127.0.0.1:"* ]]
  done
  grep -qx node.id=1 state/kstream/meta.properties
  grep -qx node.id=2 data/meta.properties
  grep -qx node.id=7 toml/meta.properties
  printf 'node.id=8\nlog.dirs=%s/properties\n' "$PWD" > server.properties
  try 'kserver check -c server.properties'
  [ "$status" -eq 0 ]
  [ "$output" = "server.properties:2: note: $PWD/properties is new: it will be made and formatted" ]
  try 'kserver format -c server.properties --if-not-exists'
  [[ $output == "$PWD/properties"$'\tformatted\tyes\t8\t'* ]]
  try 'kserver info -J | jq .cluster'
  [[ $output =~ ^\"[A-Za-z0-9_-]{22}\"$ ]]
  try 'kserver config -c server.properties log.dirs'
  [ "$output" = "$PWD/properties" ]
  try "kserver run --ephemeral -- sh -c 'echo hello | kproduce --create greetings'"
  [ "$status" -eq 0 ]
  [[ $stderr == *"acknowledged 1 of 1"* ]]
  topic rescued
  try "kserver status -q || echo 'no broker runs'"
  [ "$output" = 'no broker runs' ]
  topic dumped
  seq 3 | kproduce -q dumped
  mkdir -p data/orders-0
  cp "$BATS_FILE_TMPDIR"/server/data/dumped-0/*.log data/orders-0
  try 'kserver dump /data/orders-0/*.log -J | jq .batch.crc'
  [[ $output =~ ^[0-9]+$ ]]
  try 'kserver dump --records /data/orders-0/*.log | kproduce -J rescued'
  [ "$(kconsume rescued)" = $'1\n2\n3' ]
  rm -r data
  kserver format -q -X "log.dirs=$PWD/data"
  try "kserver verify /data || echo 'damaged'"
  [[ $output == '' && $stderr == "kserver: $PWD/data: 1 log, 0 records, 0 B: nothing is damaged" ]]
  try 'kserver cluster --columns cluster'
  [[ $output =~ ^[A-Za-z0-9_-]{22}$ ]]
  try 'kserver brokers -b localhost:9092'
  [ "$output" = $'1\t127.0.0.1\t'"${KSTREAM_SERVER#*:}"$'\t-\tno\tyes' ]
  try 'kserver quorum -J | jq .voters[].lag'
  [ "$output" = 0 ]
  try 'kserver quorum --columns node,role,lag -f csv'
  [ "$output" = $'node,role,lag\r\n1,leader,0\r' ]
  try 'kserver features'
  [[ $output == kraft.version* ]]
  all_tried kserver
}

@test "ktopics" {
  [ -n "$(examples ktopics)" ]
  page() { echo paged; }
  export -f page
  try 'ktopics create orders -p 12 -r 3 -c retention.ms=7d'
  [ "$status" -eq 1 ]
  [[ $stderr == *"INVALID_REPLICATION_FACTOR"* ]]
  try 'ktopics create orders -p 12 -c retention.ms=7d'
  [ "$status" -eq 0 ]
  try 'ktopics create orders2 --like orders'
  [ "$(cut -f 1,2 <<< "$output")" = $'orders2\t12' ]
  try "ktopics list 'orders*'"
  [ "$output" = $'orders\norders2' ]
  try 'ktopics config orders retention.ms'
  [ "$output" = 604800000 ]
  try 'ktopics config orders retention.ms=30d'
  [ "$(cut -f 5 <<< "$output")" = 2592000000 ]
  try 'ktopics offsets orders -o -1h'
  [ "${#lines[@]}" -eq 12 ]
  for line in 'ktopics truncate orders --to -7d -y' 'ktopics truncate orders --to -7d'; do
    try "$line"
    [[ $status -eq 0 && $stderr == 'ktopics: -7d: '*'ktopics: there is no record to delete' ]]
  done
  ktopics create tmp-1 tmp-2 -q
  try "ktopics list 'tmp-*' -f plain | ktopics delete -y -"
  [ "$(cut -f 1 <<< "$output")" = $'tmp-1\ntmp-2' ]
  try 'ktopics describe orders -J | jq .partitions[].leader'
  [ "$output" = "$(yes 1 | head -n 12)" ]
  try "ktopics describe --unhealthy -q || echo 'look at the cluster'"
  [ "$status $output" = '0 ' ]
  try 'ktopics describe --unhealthy -q || page'
  [ "$status $output" = '0 ' ]
  try 'ktopics --create --topic moved --bootstrap-server localhost:9092'
  [ "$output" = 'Created topic moved.' ]
  try 'ktopics alter orders -p 24 -y'
  [ "$output" = $'orders\t12\t24' ]
  all_tried ktopics
}

@test "kproduce" {
  [ -n "$(examples kproduce)" ]
  for name in logs web users orders orders2 events; do topic $name; done
  printf 'anna:1\nbert:2\nnobody\n' > users.txt
  before=$(kconsume logs -f raw | wc -l)
  try 'kproduce logs < /var/log/dpkg.log'
  [ "$(kconsume logs | tail -n +$((before + 1)))" = $'one\ntwo\nthree' ]
  try 'kproduce -z zstd web /var/log/nginx/access.log'
  [ "$(kconsume web)" = $'one\ntwo\nthree' ]
  try 'kproduce -K : users < users.txt'
  [ "$(kconsume users -f '%k=%s\n')" = $'anna=1\nbert=2\n=nobody' ]
  try 'find . -print0 | kproduce -0 --create files'
  [ "$status" -eq 0 ]
  kconsume files | grep -qx ./var/log/dpkg.log
  seconds=2 try 'kproduce -F -z zstd web /var/log/nginx/access.log'
  [ "$status" -eq 124 ]
  [ "$(kconsume web)" = $'one\ntwo\nthree\none\ntwo\nthree' ]
  echo '2026-01-02T03:04:05Z k all the rest' > events.txt
  try "kproduce -f '%{time} %k %s\\n' events < events.txt"
  [ "$(kconsume events -f '%T %k=%s')" = '1767323045000 k=all the rest' ]
  try 'kproduce --tombstone -k user42 users'
  [ "$(kconsume users -o -1 -f '%k %S')" = 'user42 -1' ]
  kproduce -K : -q orders < users.txt
  try "kconsume -J orders | jq -c 'select(.key)' | kproduce -J orders2"
  [ "$(kconsume orders2 -f '%k=%s\n')" = $'anna=1\nbert=2' ]
  before=$(kconsume orders2 | wc -l)
  try 'kconsume orders:0 -f batch | kproduce -f batch -p 0 orders2'
  [ "$(kconsume orders2 | wc -l)" -eq $((before + $(kconsume orders:0 | wc -l))) ]
  all_tried kproduce
}

@test "kconsume" {
  [ -n "$(examples kconsume)" ]
  topic logs
  topic orders 12
  kproduce -q logs var/log/dpkg.log
  try 'kconsume logs'
  [[ $'\n'$output == *$'\none\ntwo\nthree' ]]
  follow 'kconsume -F -o end logs' bash -c 'kproduce -q logs <<< fresh'
  [ "$output" = fresh ]
  follow 'kconsume -F -o end -H level=error --grep timeout logs' bash -c \
    'kproduce -q logs -H level=info <<< timeout; printf "a timeout\ndull\n" | kproduce -q logs -H level=error'
  [ "$output" = 'a timeout' ]
  topic users 6
  printf 'user42:old\nuser42:new\nuser43:x\n' | kproduce -q -K : users
  try 'kconsume -k user42 -n 1 users -o end'
  [ "$output" = new ]
  for app in app-a app-b; do topic $app; seq 15 | sed "s/^/$app /" | kproduce -q $app; done
  try "kconsume 'app-*' --tail 20 -f table"
  [ "$(grep -c 'app-[ab] 1[0-5]$' <<< "$output")" -eq 11 ]
  [ "${#lines[@]}" -eq 21 ]
  follow "kconsume -F --merge 'app-*'" bash -c 'kproduce -q app-a <<< fresh'
  [ "${output##*$'\n'}" = fresh ]
  ktopics create copy --like orders >/dev/null
  topic failed
  printf '12\n13\n14\n' | kproduce -q -p 3 -k key orders
  printf '#!/bin/sh\n! grep -q "^13$"\n' > curl
  chmod +x curl
  PATH=$PWD:$PATH try "kconsume orders --exec 'curl -sf -d @- http://localhost:8080/' --retries 2 --dead-letter failed"
  [ "$status" -eq 0 ]
  [ "$(kconsume failed)" = 13 ]
  try "kconsume failed --topic-from-header dead-letter.topic --strip-header 'dead-letter.*'"
  [ "$(kconsume orders -k key)" = 13 ]
  seq 1300 | kproduce -q -p 3 -k key orders
  try 'kconsume orders --to copy --keep-partition && kconsume orders --diff copy'
  [ "$status $output" = '0 ' ]
  try 'kconsume orders -J | kproduce -b localhost:9092 -J --create orders2'
  [ "$status" -eq 0 ]
  try 'kconsume orders --stats'
  grep -qE '^orders.3.130[345].' <<< "$output"
  try "kconsume orders -o -15m -u now -f '%{time} %k %s\\n'"
  [[ $output == *"Z key 1300"* ]]
  try 'kconsume orders:3@1200..1210 -J | jq .'
  [ "$(jq -s length <<< "$output")" = 10 ]
  try 'kconsume orders -o yesterday -u today -f raw > orders.bin'
  [ "$status" -eq 0 ]
  [ ! -s orders.bin ]
  all_tried kconsume
}

@test "kstream" {
  journalctl() { echo '{"MESSAGE":"m"}'; }
  export -f journalctl
  fresh tmp-3
  ktopics delete logs -yq --if-exists
  try "kserver run --ephemeral -- sh -c 'seq 3 | kproduce --create n && kconsume n'"
  [ "$output" = $'1\n2\n3' ]
  try 'ktopics create logs -p 3 -c retention.ms=7d'
  [ "$status" -eq 0 ]
  try 'journalctl -f -o json | kproduce logs'
  try 'kconsume logs -o -15m -u now -J | jq -r .value'
  [ "$output" = '{"MESSAGE":"m"}' ]
  try "ktopics list 'tmp-*' -f plain | ktopics delete -y -"
  [[ $output == *tmp-3* ]]
  all_tried kstream
}

@test "kstream-format" {
  fresh orders 2
  printf '%s\n' '{"key":"a","value":"1 2","timestamp":1767323045000}' '{"key":null,"value":"3","timestamp":1767323046000}' |
    kproduce -qJ -p 1 orders
  fresh copy
  same() { [ "$(kconsume copy -f '%k=%s;')" = 'a=1 2;=3;' ] && fresh copy; }
  try "kconsume orders -f '%{time} %k %s\n'"
  [ "$output" = $'2026-01-02T03:04:05.000Z a 1 2\n2026-01-02T03:04:06.000Z  3' ]
  try "kconsume orders -f '%k\t%s\n' | kproduce -f '%k\t%s\n' copy"
  same
  try "kconsume orders -f '%K %k%S %s' | kproduce -f '%K %k%S %s' copy"
  same
  try "kconsume orders -f '%{k:hex} %{s:json}\n'"
  [ "$output" = $'61 "1 2"\n "3"' ]
  echo 'YQ== "\u00e9"' > dump.txt
  fresh copy
  try "kproduce -f '%{k:base64} %{s:json}\n' copy < dump.txt"
  [ "$(kconsume copy -f '%k=%s')" = 'a=é' ]
  echo '[10/Oct/2023:13:55:36 -0700] GET /' > requests.log
  fresh web
  try "kproduce -f '[%{time:%d/%b/%Y:%H:%M:%S %z}] %s\n' web < requests.log"
  [ "$(kconsume web -f '%T %s')" = '1696971336000 GET /' ]
  fresh copy
  try "kconsume orders -J | jq -c 'select(.key)' | kproduce -J copy"
  [ "$(kconsume copy -f '%k=%s %T')" = 'a=1 2 1767323045000' ]
  fresh copy
  try 'kconsume orders:1 -f batch | kproduce -f batch -p 0 copy'
  same
  all_tried kstream-format
}

@test "kstream-time" {
  fresh orders
  printf '{"value":"then","timestamp":1767323045000}\n{"value":"now"}\n' | kproduce -qJ orders
  for line in 'kconsume orders -o -15m -u now' "kconsume orders -o '10 minutes ago' -n 5"; do
    try "$line"
    [ "$output" = now ]
  done
  try 'kconsume orders -o yesterday -u today'
  [ "$status $output" = '0 ' ]
  try "kconsume orders -o 2026-01-02T03:04:05Z -u '2026-01-02 05:00+01:00'"
  [ "$output" = 'then' ]
  try 'kconsume orders:0 -o @1700000000'
  [ "$output" = $'then\nnow' ]
  try 'ktopics offsets orders -o -1h'
  [ "$(cut -f 1-3 <<< "$output")" = $'orders\t0\t1' ]
  (sleep 0.5; echo new | kproduce -q orders) &
  try 'kconsume -F orders -o end -u +1s'
  [ "$status $output" = '0 new' ]
  all_tried kstream-time
}
