#!/usr/bin/env bats
# kconsume: which records, in which order, and when it ends.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }

line() { tr '\n' ' '; }

# timed PARTITION VALUE@MS...: sends records with these times to $topic.
timed() {
  local partition=$1 item
  shift
  for item; do printf '{"value":"%s","timestamp":%s}\n' "${item%@*}" "${item#*@}"; done |
    kproduce -q -J "$topic" -p "$partition"
}

@test "--grep: values, as bytes, any of several" {
  new_topic
  printf 'timeout 12\nfine\nTIMEOUT\n\303\244\n\377\n' | kproduce -q "$topic"
  kproduce -q -k key -Z "$topic" <<< ''
  [ "$(kconsume "$topic" --grep 'timeout \d+')" = 'timeout 12' ]
  [ "$(kconsume "$topic" --grep '(?i)^timeout' | line)" = 'timeout 12 TIMEOUT ' ]
  [ "$(kconsume "$topic" --grep '^\xff$' | xxd -p)" = ff0a ]
  [ "$(kconsume "$topic" --grep ä --grep fine | line)" = 'fine ä ' ]
  [ "$(kconsume "$topic" --grep '' | wc -l)" -eq 5 ]  # null holds nothing
  [[ $(kconsume "$topic" -v --grep '^f' --merge 2>&1) == *"kconsume: 1 of 6 records that were read"* ]]
  [[ $(kconsume "$topic" -v --grep '^f' 2>&1) == *"kconsume: 1 of 6 records that were read"* ]]
  expect_error 2 "--grep: '(': missing )" kconsume "$topic" --grep '('
}

@test "brackets: of a glob, of a regular expression, of a command" {
  ktopics create br-1 br-2 br-3 -q
  [ "$(ktopics list 'br-[12]' | cut -f 1 | line)" = 'br-1 br-2 ' ]
  [ "$(ktopics list '[b]r-[!12]' | cut -f 1 | line)" = 'br-3 ' ]
  [ "$(ktopics list -E '[b][r]-[23]' | cut -f 1 | line)" = 'br-2 br-3 ' ]
  expect_error 1 "[br,x]: INVALID_TOPIC_EXCEPTION" ktopics create '[br,x]'
  kserver run --ephemeral -- sh -c '[ -n x ]'
  [ "$(kserver run --ephemeral -- echo '[a,b]' '[]')" = '[a,b] []' ]
}

@test "-E: names are anchored regular expressions" {
  ktopics create re-1 re-2 re-22 -q -p 2
  for t in re-1 re-2 re-22; do kproduce -q -p 1 $t <<< $t; done
  [ "$(kconsume -E 're-[0-9]' | sort | line)" = 're-1 re-2 ' ]
  [ "$(kconsume -E '(?:re-2+):1' | sort | line)" = 're-2 re-22 ' ]
  [ -z "$(kconsume -E 're-2+:0')" ]
  [ "$(kconsume -E -t 're-2+:1@0..1' | sort | line)" = 're-2 re-22 ' ]
  run kconsume -E 're-'
  [[ $output == *"no topic fits 're-'"* ]]
  expect_error 2 "-E: 're-[': missing ]" kconsume -E 're-['
}

@test "-a: internal topics, too, where several are meant" {
  ktopics create __consumer_offsets in-1 -q
  kproduce -q -X client.id=__admin_client __consumer_offsets <<< inner  # Kafka takes it from nobody else
  kproduce -q in-1 <<< outer
  [ "$(kconsume '*[n_]*' --grep 'inner|outer' | line)" = 'outer ' ]
  [ "$(kconsume -a '*[n_]*' --grep 'inner|outer' | sort | line)" = 'inner outer ' ]
  [ "$(kconsume -E '.*[n_].*' --grep 'inner|outer' | line)" = 'outer ' ]
  [ "$(kconsume -aE '.*[n_].*' --grep 'inner|outer' | sort | line)" = 'inner outer ' ]
  [ "$(kconsume __consumer_offsets)" = inner ]
}

@test "-k reads the one partition where Kafka's Java client puts that key" {
  new_topic 8
  seq 100 | sed 's/.*/k&:&/' | kproduce -q -K : "$topic"
  for k in 1 2 3 50; do [ "$(kconsume "$topic" -k k$k)" = $k ]; done
  run --separate-stderr kconsume -v "$topic" -k k7
  [ "$(grep -c 'from offset' <<< "$stderr")" -eq 1 ]
  kproduce -q -k k7 -p 0 "$topic" <<< elsewhere
  [ "$(kconsume "$topic:0" -k k7 | grep elsewhere)" = elsewhere ]
  run --separate-stderr kconsume "$topic" -k nobody
  [ "$status $output" = '0 ' ]
  [[ $stderr == "kconsume: only $topic ["?"] is read, where Kafka's Java client puts this key now; to look in all: -p 0-7" ]]
  run --separate-stderr kconsume "$topic:0" -k nobody
  [ -z "$stderr" ]
  [ "$(kconsume "$topic" -k k7 -p 0-3 -p 4 -p 5,6,7 | sort | line)" = '7 elsewhere ' ]  # -p is a list, however it is given
}

@test "an end that is before its beginning is refused" {
  expect_error 2 "the end, 10, is before the beginning, 20" kconsume t:0@20..10
  expect_error 2 "the end, -2h, is before the beginning, now" kconsume t -o now -u -2h
}

@test "-F with a glob ends where its ends are reached" {
  ktopics create -q "ends-$BATS_TEST_NUMBER-1"
  seq 5 | kproduce -q "ends-$BATS_TEST_NUMBER-1"
  [ "$(timeout 10 kconsume -qF "ends-$BATS_TEST_NUMBER-*" -u 3 | line)" = '1 2 3 ' ]
  [ "$(timeout 10 kconsume -qF "ends-$BATS_TEST_NUMBER-*" -u +1s | line)" = '1 2 3 4 5 ' ]
  SECONDS=0
  timeout 10 kconsume -qF "none-$BATS_TEST_NUMBER-*" -u +2s
  [ $SECONDS -ge 1 ]
}

@test "-F waits for a topic that fits" {
  kconsume -qF "wait-$BATS_TEST_NUMBER-*" -X metadata.max.age.ms=300 > "$BATS_TEST_TMPDIR/read" 3>&- &
  pid=$!
  sleep 0.5
  kill -0 "$pid"
  ktopics create -q "wait-$BATS_TEST_NUMBER-1"
  echo here | kproduce -q "wait-$BATS_TEST_NUMBER-1"
  eventually grep -qx here "$BATS_TEST_TMPDIR/read"
  kill "$pid"
  wait "$pid" || true
}

@test "-k KEY -n N -o end: the last ones of a key, from as far back as need be" {
  new_topic 4
  { printf 'old:1\nold:2\n'; seq 20000 | sed 's/.*/k:&/'; printf 'old:3\n'; seq 20000 | sed 's/.*/k:&/'; } |
    kproduce -q -K : "$topic" -p 1
  [ "$(kconsume "$topic:1" -k old -n 1 -o end)" = 3 ]
  [ "$(kconsume "$topic:1" -k old -n 2 -o end | line)" = '2 3 ' ]
  [ "$(kconsume "$topic:1" -k old -n 9 -o end | line)" = '1 2 3 ' ]
  [ -z "$(kconsume "$topic" -k nobody -n 1 -o end)" ]
  expect_error 2 "wants -n N" kconsume "$topic" -k old -o end
}

@test "-k KEY -n N -o end: it does not read all there is, and asks seldom" {
  new_topic
  { echo old:0; seq 40000 | sed 's/.*/k:&/'; } | kproduce -q -K : "$topic"
  # looks KEY: what is found, and where Fetch requests begin.
  looks() {
    run --separate-stderr kconsume -vv "$topic" -k "$1" -n 1 -o end
    [ "$status" -eq 0 ]
    grep -oP '< Fetch v.*fetch_offset:\K\d+' <<< "$stderr" > "$BATS_TEST_TMPDIR/fetches"
    echo "$1: $(line < "$BATS_TEST_TMPDIR/fetches")"
  }
  looks k
  [ "$output" = 40000 ]
  [ "$(sort -n "$BATS_TEST_TMPDIR/fetches" | head -n 1)" -gt 30000 ]
  [ "$(wc -l < "$BATS_TEST_TMPDIR/fetches")" -le 5 ]
  looks old
  [ "$output" = 0 ]
  [ "$(wc -l < "$BATS_TEST_TMPDIR/fetches")" -le 15 ]  # 40, if it went back 1,000 at a time
}

@test "--tail N: the last of all partitions, in the order of time" {
  new_topic 3
  timed 0 a1@1000 a2@4000 a3@7000
  timed 1 b1@2000 b2@5000
  timed 2 c1@3000 c2@6000
  [ "$(kconsume "$topic" --tail 3 | line)" = 'b2 c2 a3 ' ]
  [ "$(kconsume "$topic" --tail 100 | line)" = 'a1 b1 c1 a2 b2 c2 a3 ' ]
  [ "$(kconsume "$topic" --tail 4 -n 2 | line)" = 'a2 b2 ' ]
  [ "$(kconsume "$topic" --tail 2 --grep '[ab]' | line)" = 'b2 a3 ' ]
  [ "$(kconsume "$topic" --tail 2 -p 1,2 -o end | line)" = 'b2 c2 ' ]
  [ "$(kconsume "$topic" --tail 2 -u @0000000006 | line)" = 'a2 b2 ' ]
  [ -z "$(kconsume "$topic" --tail 0)" ]
  kconsume -F --tail 1 "$topic" -n 3 > "$BATS_TEST_TMPDIR/out" 3>&- &
  eventually grep -q a3 "$BATS_TEST_TMPDIR/out"
  timed 1 b3@8000 b4@9000
  wait $!
  [ "$(line < "$BATS_TEST_TMPDIR/out")" = 'a3 b3 b4 ' ]
  expect_error 2 "--tail wants a number" kconsume "$topic" --tail x
}

@test "--merge: by time, then partition; within a partition by offset" {
  new_topic 3
  timed 0 a1@3000 a2@1000 a3@5000
  timed 1 b1@2000 b2@3000
  timed 2 c1@3000
  [ "$(kconsume "$topic" --merge | line)" = 'b1 a1 a2 b2 c1 a3 ' ]
  [ "$(kconsume "$topic" --merge -n 2 | line)" = 'b1 a1 ' ]
  [ "$(kconsume "$topic" --merge -p 0,2 --grep 1 | line)" = 'a1 c1 ' ]
}

@test "--merge of much: as sort(1) does it" {
  new_topic 5
  for p in 0 1 2 3 4; do
    seq -f '{"timestamp":%.0f,"value":"x"}' $((1000000 + p)) $((p + 3)) $((1060000 + p)) | kproduce -q -J -p $p "$topic"
  done
  kconsume --merge "$topic" -f '%T %p %o\n' > "$BATS_TEST_TMPDIR/out"
  kconsume "$topic" -f '%T %p %o\n' | sort -k1,1n -k2,2n -k3,3n | cmp - "$BATS_TEST_TMPDIR/out"
  [ "$(wc -l < "$BATS_TEST_TMPDIR/out")" -gt 60000 ]
}

@test "--merge -F: partitions without records hold the others back for --merge-wait" {
  new_topic 2
  timed 0 a1@2000
  kconsume -F --merge --merge-wait 2s "$topic" -n 3 > "$BATS_TEST_TMPDIR/out" 3>&- &
  sleep 0.5
  [ ! -s "$BATS_TEST_TMPDIR/out" ]
  timed 1 b1@1000
  eventually grep -q a1 "$BATS_TEST_TMPDIR/out"
  timed 0 a2@3000
  wait $!
  [ "$(line < "$BATS_TEST_TMPDIR/out")" = 'b1 a1 a2 ' ]
  expect_error 2 "--merge-wait is for --merge with -F" kconsume "$topic" --merge --merge-wait 1s
}

@test "--idle-timeout ends -F" {
  new_topic
  kproduce -q "$topic" <<< x
  run --separate-stderr timeout 20 kconsume -F --idle-timeout 300ms "$topic"
  [ "$status" -eq 0 ]
  [ "$output" = x ]
  expect_error 2 "--idle-timeout: '3' is not a duration" kconsume "$topic" --idle-timeout 3
}

@test "--grace: records that came late, behind the end" {
  new_topic
  timed 0 a@1700000001000 b@1700000005000 late@1700000002000 c@1700000020000 later@1700000003000
  [ "$(kconsume -q "$topic" -u @1700000004 | line)" = 'a ' ]
  [ "$(kconsume -q "$topic" -u @1700000004 --grace 5s | line)" = 'a late ' ]
  [ "$(kconsume -q "$topic" -u @1700000004 --grace 1h | line)" = 'a late later ' ]
}

@test "--pace: records come as they were made" {
  new_topic
  timed 0 a@1700000000000 b@1700000000300 c@1700000000600
  before=$(date +%s%3N)
  [ "$(kconsume "$topic" --pace 1x | line)" = 'a b c ' ]
  [ $(($(date +%s%3N) - before)) -ge 600 ]
  [ "$(timeout 5 kconsume "$topic" --pace 1000000x | line)" = 'a b c ' ]
  before=$(date +%s%3N)
  [ "$(kconsume "$topic" --pace 0.5x | line)" = 'a b c ' ]
  [ $(($(date +%s%3N) - before)) -ge 1200 ]
  expect_error 2 "--pace wants a speed" kconsume "$topic" --pace fast
}

@test "csv, plain and table" {
  new_topic
  kproduce -q -J "$topic" << 'EOF'
{"timestamp":1700000000000,"key":"k","value":"a,\"b\"","headers":[{"key":"h","value":"1"}]}
{"timestamp":1700000000000,"key":null,"value":""}
{"timestamp":1700000000000,"key":"-","value":"a\tb\nc\\"}
{"timestamp":1700000000000,"key":"","value":null}
EOF
  time=2023-11-14T22:13:20.000Z
  kconsume "$topic" -f csv | tr -d '\r' > "$BATS_TEST_TMPDIR/out"
  diff - "$BATS_TEST_TMPDIR/out" << EOF
topic,partition,offset,timestamp,key,value,headers
$topic,0,0,$time,k,"a,""b""","[{""key"":""h"",""value"":""1""}]"
$topic,0,1,$time,,"",
$topic,0,2,$time,-,"a	b
c\\",
$topic,0,3,$time,"",,
EOF
  kconsume "$topic" -f plain > "$BATS_TEST_TMPDIR/out"
  diff - <(tr '\t' '|' < "$BATS_TEST_TMPDIR/out") << EOF
$topic|0|0|$time|k|a,"b"|[{"key":"h","value":"1"}]
$topic|0|1|$time|-||-
$topic|0|2|$time|\\x2D|a\\x09b\\x0Ac\\x5C|-
$topic|0|3|$time||-|-
EOF
  run kconsume "$topic" -f table
  [[ ${lines[0]} =~ ^TOPIC\ +PARTITION\ +OFFSET\ +TIME\ +KEY\ +VALUE$ ]]
  [[ ${lines[3]} =~ ^$topic\ +0\ +2\ +2023-11-14T22:13:20.000\+00:00\ +.x2D\ +a ]]
}

@test "--columns and --no-header" {
  new_topic
  kproduce -q -K : "$topic" <<< 'k:a,b'
  [ "$(kconsume "$topic" -f csv --columns value,offset)" = $'value,offset\r\n"a,b",0\r' ]
  [ "$(kconsume "$topic" -f csv --no-header --columns key)" = $'k\r' ]
  [ "$(kconsume "$topic" -f plain --columns size,lag,epoch,tstype,pid,control)" = $'4\t0\t0\tCreateTime\t-1\t-' ]
  run kconsume "$topic" -f table --columns offset,key,value
  [ "$output" = $'OFFSET  KEY  VALUE\n     0  k    a,b' ]
  [ "$(kconsume "$topic" -f table --no-header | wc -l)" -eq 1 ]
  kconsume "$topic" -f csv --columns key,value | kproduce -q -f csv "$topic"
  [ "$(kconsume "$topic" -f '%k=%s ')" = 'k=a,b k=a,b ' ]
  expect_error 2 "there is no column 'nope': there are topic, partition, offset" kconsume t -f csv --columns nope
  expect_error 2 "--columns and --no-header are for csv, plain and table" kconsume t --columns key
  expect_error 2 "--columns and --no-header are for csv, plain and table" kconsume t -f '%s' --no-header
}

@test "--show-control: where nothing is to be shown, nothing is; formats that could not tell are refused" {
  new_topic
  kproduce -q "$topic" <<< x
  [ "$(kconsume "$topic" --show-control -f '%s[%{control}]')" = 'x[]' ]
  [ "$(kconsume "$topic" --show-control -f csv | head -n 1)" = $'topic,partition,offset,timestamp,key,value,headers,control\r' ]
  kconsume "$topic" --show-control -J | jq -e 'has("control") | not'
  expect_error 2 "--show-control wants a format that tells" kconsume t --show-control
  expect_error 2 "--show-control wants a format that tells" kconsume t --show-control -f '%k %s'
  expect_error 2 "--show-control is for what is printed" kconsume t --show-control --to u
}

@test "what a batch says of its records: %{epoch} %{tstype} %{pid}" {
  new_topic
  kproduce -q "$topic" <<< x
  [ "$(kconsume "$topic" -f '%{epoch} %{tstype} %{pid}')" = '0 CreateTime -1' ]
}

@test "-F -u TIME: what comes until then, and an end when it is over" {
  for how in '' --merge; do
    rm -f "$BATS_TEST_TMPDIR/read"
    new_topic 2
    echo before | kproduce -q -p 0 "$topic"
    # shellcheck disable=SC2086  # a flag or none
    kconsume -qF $how -u +3s "$topic" > "$BATS_TEST_TMPDIR/read" 3>&- &
    pid=$!
    eventually grep -q before "$BATS_TEST_TMPDIR/read"
    echo between | kproduce -q -p 1 "$topic"
    eventually grep -q between "$BATS_TEST_TMPDIR/read"
    kill -0 "$pid"
    wait "$pid"
    [ "$(cat "$BATS_TEST_TMPDIR/read")" = $'before\nbetween' ]
  done
  echo "{\"value\":\"after\",\"timestamp\":$(($(date +%s) + 1800))000}" | kproduce -Jq -p 0 "$topic"
  [ "$(timeout 10 kconsume -qF -u now "$topic" | sort)" = $'before\nbetween' ]  # partition 1 has no record from then on
  [ "$(timeout 10 kconsume -qF -u +20m "$topic:0")" = before ]             # that has one
  status=0
  timeout 2 kconsume -qF -u +20m "$topic:1" > /dev/null || status=$?
  [ "$status" -eq 124 ]
  timeout 10 kconsume -qF -u +1s --grace 1s "$topic:1" > /dev/null
  kconsume -qF -u +2s "$topic" > /dev/null 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  pid=$!
  sleep 0.5
  ktopics delete -qy "$topic"
  status=0
  wait "$pid" || status=$?
  [ "$status" -eq 1 ]
  grep -q "there is no topic $topic" "$BATS_TEST_TMPDIR/err"
}
