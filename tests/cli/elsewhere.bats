#!/usr/bin/env bats
# kconsume: records that go elsewhere than to stdout: commands, topics, counts, comparison.

# shellcheck disable=SC2154,SC2016,SC2030,SC2031  # topic, stderr and others come from setup.bash and bats; commands are for sh
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }

line() { tr '\n' ' '; }

@test "--exec: a process for each record, with its place in the environment" {
  new_topic
  printf 'k:1\nl:2\n' | kproduce -q -K : "$topic"
  kproduce -q "$topic" <<< 3
  export KSTREAM_KEY=not-this
  run --separate-stderr kconsume "$topic" --exec 'echo "$KSTREAM_TOPIC $KSTREAM_PARTITION $KSTREAM_OFFSET ${KSTREAM_KEY-none} ${#KSTREAM_TIMESTAMP} $(cat)"'
  [ "$status" -eq 0 ]
  [ "$output" = "$topic 0 0 k 13 1
$topic 0 1 l 13 2
$topic 0 2 none 13 3" ]
  [ "$(kconsume "$topic" --exec cat -J | jq -r .value | line)" = '1 2 3 ' ]
  [ "$(kconsume "$topic" --exec cat -n 2 | line)" = '1 2 ' ]
  kconsume "$topic" --exec true  # which does not read
}

@test "--exec: the command has no socket of ours" {
  new_topic
  kproduce -q "$topic" <<< 1
  [ "$(kconsume "$topic" --exec 'ls -l /proc/self/fd | grep -c socket:')" = 0 ]
}

@test "--exec: a reader of its output that leaves ends it with 0" {
  new_topic
  seq 1000 | kproduce -q "$topic"
  kconsume "$topic" --exec "echo \$KSTREAM_OFFSET >> '$BATS_TEST_TMPDIR/runs'; cat" 2> "$BATS_TEST_TMPDIR/err" | head -n 1 > "$BATS_TEST_TMPDIR/out"
  [ "${PIPESTATUS[0]}" -eq 0 ]
  [ ! -s "$BATS_TEST_TMPDIR/err" ]
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = 1 ]
  [ -z "$(uniq -d "$BATS_TEST_TMPDIR/runs")" ]  # none is run again
}

@test "--exec that fails stops; --retries tries again; --dead-letter goes on" {
  new_topic
  printf 'good\nbad\nlast\n' | kproduce -q "$topic" -k key -H a=b
  run --separate-stderr kconsume "$topic" --exec 'read -r l; echo $l; [ $l != bad ] || exit 3'
  [ "$status" -eq 1 ]
  [ "$(line <<< "$output")" = 'good bad ' ]
  [ "$stderr" = "kconsume: $topic [0] offset 1: exited with 3" ]
  run --separate-stderr kconsume "$topic:0@1..2" --exec 'echo x >> tries; kill -9 $$' --retries 2
  [ "$status" -eq 1 ]
  [[ ${stderr_lines[2]} == *"was ended by signal 9" ]]
  [ "$(wc -l < tries)" -eq 3 ]
  rm tries
  run --separate-stderr kconsume "$topic:0@1..2" --retries 5 --exec 'echo x >> tries; [ $(wc -l < tries) -ge 3 ]'
  [ "$status" -eq 0 ]
  rm tries
  first=$topic
  new_topic
  run --separate-stderr kconsume "$first" --dead-letter "$topic" --exec 'read -r l; echo $l; [ $l != bad ] || exit 3'
  [ "$status" -eq 0 ]
  [ "$(line <<< "$output")" = 'good bad last ' ]
  [ "$(kconsume "$topic" -f '%k %s %h')" = "key bad a=b,dead-letter.topic=$first,dead-letter.partition=0,dead-letter.offset=1,dead-letter.reason=exited with 3" ]
  expect_error 3 "there is no topic nowhere" kconsume "$first" --exec true --dead-letter nowhere
}

@test "--retries: at growing intervals" {
  new_topic
  kproduce -q "$topic" <<< x
  run --separate-stderr kconsume "$topic" --retries 3 --exec 'date +%s%3N >> tries; exit 1'
  [ "$status" -eq 1 ]
  [ "$(grep -c 'exited with 1; trying again' <<< "$stderr")" -eq 3 ]
  read -r first second third < <(awk 'NR > 1 { printf "%d ", $1 - last } { last = $1 } END { print "" }' tries)
  echo "$first $second $third"
  [ "$first" -ge 95 ]
  [ "$second" -ge 190 ]
  [ "$third" -ge 380 ]
}

setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "--exec --batch: by number, and by time" {
  new_topic
  seq 10 | kproduce -q "$topic"
  [ "$(kconsume "$topic" --batch 4 --exec 'echo $KSTREAM_OFFSET: $(cat)')" = '0: 1 2 3 4
4: 5 6 7 8
8: 9 10' ]
  kconsume -F "$topic" --batch 1s --exec 'echo $(cat) >> out' -n 11 3>&- &
  eventually grep -q '^1 2 3 4 5 6 7 8 9 10$' out
  kproduce -q "$topic" <<< 11
  wait $!
  [ "$(tail -n 1 out)" = 11 ]
  expect_error 2 "--batch wants a number" kconsume t --exec cat --batch 0
  expect_error 2 "--batch is for --exec" kconsume t --batch 2
  expect_error 2 "each say what becomes of the records" kconsume t --exec cat --to u
}

@test "--exec: SIGTERM lets the running process end, and no other begin" {
  new_topic
  seq 3 | kproduce -q "$topic"
  kconsume "$topic" --exec 'echo begin >> out; sleep 1; echo end >> out' 3>&- &
  eventually test -s out
  kill -TERM $!
  status=0
  wait $! || status=$?
  [ $status -eq 143 ]
  [ "$(line < out)" = 'begin end ' ]
}

@test "--to: a copy of each record" {
  new_topic 3
  kproduce -q -J "$topic" --keep-partition << 'EOF'
{"partition":0,"timestamp":1700000000000,"key":"k","value":"v","headers":[{"key":"h","value":"1"},{"key":"h","value":null}]}
{"partition":1,"timestamp":1700000000001,"key":null,"value":null}
{"partition":2,"timestamp":1700000000002,"key_b64":"/w==","key":null,"value":""}
EOF
  first=$topic
  new_topic 3
  run --separate-stderr kconsume "$first" --to "$topic" --keep-partition
  [ "$status" -eq 0 ]
  [ "$stderr" = "kconsume: copied 3 of 3" ]
  all() { kconsume -J "$1" | jq -c 'del(.topic)' | sort; }
  diff <(all "$first") <(all "$topic")
  kconsume -q "$first" --diff "$topic"
  kconsume -q "$first" -p 0-2 -k k --to "$topic"
  [ "$(kconsume "$topic" -p 0-2 -k k | wc -l)" -eq 2 ]
  run --separate-stderr kconsume "$first" --to nowhere
  [ "$status" -eq 3 ]
  [[ $stderr == *"there is no topic nowhere"* ]]
}

@test "--to: where to go on if it does not come to its end" {
  new_topic 2
  for i in 0 1 2 3 4; do echo "{\"partition\":0,\"value\":\"$i\",\"headers\":[{\"key\":\"to\",\"value\":\"$topic-to\"}]}"; done > "$BATS_TEST_TMPDIR/in"
  echo '{"partition":0,"value":"5","headers":[{"key":"to","value":"nowhere"}]}' >> "$BATS_TEST_TMPDIR/in"
  for i in 6 7; do echo "{\"partition\":0,\"value\":\"$i\"}"; done >> "$BATS_TEST_TMPDIR/in"
  kproduce -q -J --keep-partition "$topic" "$BATS_TEST_TMPDIR/in"
  ktopics create "$topic-to" -q
  run --separate-stderr kconsume "$topic" --topic-from-header to --to "$topic-to"
  [ "$status" -eq 3 ]
  [ "${stderr_lines[1]}" = "kconsume: copied 5 of 5; to go on: $topic:0@5..8" ]
  run --separate-stderr kconsume "$topic:0@5..8" --to "$topic-to"
  [ "$stderr" = "kconsume: copied 3 of 3" ]
  [ "$(kconsume "$topic-to" | line)" = '0 1 2 3 4 5 6 7 ' ]
  run --separate-stderr kconsume "$topic" -n 2 --to "$topic-to"
  [ "$stderr" = "kconsume: copied 2 of 2; to go on: $topic:0@2..8" ]
  run --separate-stderr timeout -s INT 1 kconsume -F "$topic" --to "$topic-to"
  [[ $stderr == *"copied 8 of 8; to go on: $topic:0@8 $topic:1@0" ]]
}

@test "--to with what a small producer would refuse" {
  new_topic
  ktopics create "$topic-2" -q -c max.message.bytes=5000000
  ktopics create "$topic-1" -q -c max.message.bytes=5000000
  head -c 3000000 /dev/urandom | base64 -w 0 | kproduce -q -X max.request.size=5000000 "$topic-1"
  kconsume -q "$topic-1" --to "$topic-2"
  kconsume "$topic-1" --diff "$topic-2"
  run --separate-stderr kconsume "$topic-1" --to "$topic"
  [ "$status" -eq 1 ]
  [[ $stderr == *"MESSAGE_TOO_LARGE"*"copied 0 of 1"* ]]
}

@test "--to with -F waits while there is no broker" {
  folder=$BATS_TEST_TMPDIR/own
  mkdir -p "$folder"
  begin_server 0
  ktopics create to to2 -q -b "$address"
  kproduce -q -b "$address" to <<< one
  kconsume -F -b "$address" --timeout 1s to --to to2 2> "$folder/said" 3>&- &
  pid=$!
  [ "$(kconsume -b "$address" to2 -n 1 -F)" = one ]
  kill -9 "$server"
  eventually grep -q 'waiting: NETWORK_EXCEPTION' "$folder/said"
  sleep 2.5
  kill -0 $pid
  begin_server "${address##*:}"
  kproduce -q -b "$address" to <<< two
  [ "$(kconsume -b "$address" to2 -n 2 -F | line)" = 'one two ' ]
  kill -TERM $pid
  status=0
  wait $pid || status=$?
  [ $status -eq 143 ]
  kill "$server"
}

@test "--topic-from-header, --strip-header: dead letters go back" {
  new_topic
  ktopics create "$topic-dead" "$topic-b" -q
  kproduce -q "$topic-dead" -H dead-letter.topic="$topic" -H dead-letter.reason=x -H own=1 <<< a
  kproduce -q "$topic-dead" -H dead-letter.topic="$topic-b" <<< b
  kconsume -q "$topic-dead" --topic-from-header dead-letter.topic --strip-header 'dead-letter.*'
  [ "$(kconsume "$topic" -f '%s %h')" = 'a own=1' ]
  [ "$(kconsume "$topic-b" -f '%s %h')" = 'b ' ]
  kproduce -q "$topic-dead" <<< c
  run --separate-stderr kconsume "$topic-dead" -o 2 --topic-from-header dead-letter.topic
  [ "$status" -eq 1 ]
  [[ ${stderr_lines[0]} == *"offset 2 has no header dead-letter.topic"* ]]
  kconsume -q "$topic-dead" -o 2 --topic-from-header dead-letter.topic --to "$topic-b"
  [ "$(kconsume "$topic-b" -o -1)" = c ]
  expect_error 2 "are for records that are sent on" kconsume t --strip-header x
}

@test "--stats" {
  new_topic 2
  printf '{"timestamp":1700000000000,"value":"abc","key":"k"}\n{"timestamp":1600000000000,"value":null,"key":"k"}\n' |
    kproduce -q -J "$topic" -p 1
  [ "$(kconsume "$topic" --stats)" = "$topic	1	2	5	1	0	1	2020-09-13T12:26:40.000Z	2023-11-14T22:13:20.000Z" ]
  kconsume "$topic" --stats -J | jq -e --arg t "$topic" '. == {topic: $t, partition: 1, records: 2, bytes: 5, tombstones: 1, first: 0, last: 1, oldest: 1600000000000, newest: 1700000000000}'
  [[ $(kconsume "$topic" --stats -f csv | head -n 1) == topic,partition,records,* ]]
  [ -z "$(kconsume "$topic" --stats --grep nothing)" ]
  expect_error 2 "--stats prints table" kconsume t --stats -f raw
  [ "$(kconsume "$topic" --stats -f csv --columns records,bytes --no-header)" = $'2,5\r' ]
  expect_error 2 "there are topic, partition, records" kconsume t --stats --columns offset
  expect_error 2 "--columns is not for JSON" kconsume t --stats -J --columns records
}

@test "--to: where to go on behind a record that was refused, and what that copies once more" {
  new_topic
  ktopics create "$topic-small" -q -c max.message.bytes=2000
  { seq 50; head -c 5000 /dev/zero | tr '\0' x; echo; seq 51 100; } | kproduce -q "$topic"
  run --separate-stderr kconsume "$topic" --to "$topic-small"
  [ "$status" -eq 1 ]
  there=$(kconsume "$topic-small" | wc -l)
  [[ $stderr == *"copied $there of "*"; to go on: $topic:0@50..101"* ]]
  [ "$there" -eq 50 ] || [[ $stderr == *"..101, which copies $((there - 50)) once more" ]]
}

@test "--to: no topic is copied into itself without end" {
  ktopics create loop-1 loop-2 loop-all -q
  for t in loop-1 loop-2; do kproduce -q $t <<< $t; done
  kconsume -q 'loop-*' --to loop-all
  kconsume -q -E 'loop-(1|all)' --to loop-all
  [ "$(kconsume loop-all | sort | line)" = 'loop-1 loop-1 loop-2 ' ]
  kconsume -q loop-1 --to loop-1  # what was there at the start
  [ "$(kconsume loop-1 | line)" = 'loop-1 loop-1 ' ]
  expect_error 2 "loop-all would be copied into itself without end" kconsume -F loop-1 loop-all --to loop-all
}

@test "--diff: 7 and where they differ, 0 if they do not" {
  new_topic 3
  ktopics create "$topic-2" -q -p 3
  for t in "$topic" "$topic-2"; do
    for p in 0 1 2; do seq 30000 | sed 's/.*/{"timestamp":&,"value":"&"}/' | kproduce -q -J -p $p "$t"; done
  done
  run --separate-stderr kconsume "$topic" --diff "$topic-2"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
  kproduce -q -J -p 0 "$topic" <<< '{"timestamp":1,"value":"x"}'
  printf '{"timestamp":1,"value":"x"}\n{"timestamp":5,"value":"z"}\n' | kproduce -q -J -p 1 "$topic"
  printf '{"timestamp":1,"value":"y"}\n{"timestamp":5,"value":"z"}\n' | kproduce -q -J -p 1 "$topic-2"
  printf '{"timestamp":1,"value":"x"}\n' | kproduce -q -J -p 2 "$topic"
  printf '{"timestamp":2,"value":"x"}\n' | kproduce -q -J -p 2 "$topic-2"
  run --separate-stderr kconsume "$topic" --diff "$topic-2"
  [ "$status" -eq 7 ]
  [ "$output" = "$topic [0] offset 30000: none like it in $topic-2 [0]
$topic [1] offset 30000 and $topic-2 [1] offset 30000: another value
$topic [2] offset 30000 and $topic-2 [2] offset 30000: another timestamp" ]
  run --separate-stderr kconsume "$topic" --diff "$topic-2" -f plain
  [ "$status" -eq 7 ]
  [ "$(tr '\t' ' ' <<< "$output")" = "$topic 0 30000 $topic-2 - missing
$topic 1 30000 $topic-2 30000 value
$topic 2 30000 $topic-2 30000 timestamp" ]
  run --separate-stderr kconsume "$topic-2" --diff "$topic" -J
  [ "$status" -eq 7 ]
  [ "$(jq -c '[.partition, .offset, .other_offset, .difference]' <<< "$output")" = '[0,null,30000,"missing"]
[1,30000,30000,"value"]
[2,30000,30000,"timestamp"]' ]
  run --separate-stderr kconsume "$topic" --diff "$topic-2" -f csv --columns partition,difference --no-header
  [ "$output" = $'0,missing\r\n1,value\r\n2,timestamp\r' ]
  kconsume "$topic" --diff "$topic-2" -u 30000
  ktopics create "$topic-3" -q
  seq 1000000 1400000 | kproduce -q "$topic-3"  # more than is held of a partition
  ktopics create "$topic-4" -q
  kconsume -q "$topic-3" -n 10 --to "$topic-4"
  run --separate-stderr timeout 20 kconsume "$topic-4" --diff "$topic-3"
  [ "$status $output" = "7 $topic-3 [0] offset 10: none like it in $topic-4 [0]" ]
  kconsume "$topic:1" --diff "$topic-2:1" --grep z
  run --separate-stderr kconsume "$topic" --diff "$topic-2" -u @0000000009
  [[ $status -eq 0 && $stderr == *"until @0000000009: 1970-01-01T00:00:09.000+00:00"* ]]
  expect_error 3 "there is no topic nowhere" kconsume "$topic" --diff nowhere
  expect_error 2 "--diff reads both topics to their ends" kconsume "$topic" --diff u -F
  expect_error 2 "--diff says in words what differs" kconsume "$topic" --diff u --no-header
  expect_error 2 "--diff prints table, plain, csv or json, not 'raw'" kconsume "$topic" --diff u -f raw
  expect_error 2 "there are topic, partition, offset, other, other_offset, difference" kconsume t --diff u -f csv --columns key
  run kconsume "$topic*" --diff "$topic"
  [ "$status" -eq 2 ]
}
