#!/usr/bin/env bats
# kconsume against a kserver.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }

@test "positions by offset and count" {
  new_topic
  seq 0 99 | kproduce -q "$topic"
  consume() { kconsume "$topic" "$@" | tr '\n' ' '; }
  [ "$(consume -o 97)" = "97 98 99 " ]
  [ "$(consume -o -2)" = "98 99 " ]
  [ "$(consume -o +98)" = "98 99 " ]
  [ "$(consume -u 3)" = "0 1 2 " ]
  [ "$(consume -o 5 -u 7)" = "5 6 " ]
  [ "$(consume -o -3 -u -1)" = "97 98 " ]
  [ "$(consume -n 2)" = "0 1 " ]
  [ "$(consume -o end)" = "" ]
  [ "$(consume -n 0)" = "" ]
  [ "$(consume --from-beginning -n 1)" = "0 " ]
  [ "$(kconsume "$topic:0@10..12" | tr '\n' ' ')" = "10 11 " ]
  [ "$(kconsume "$topic" | wc -l)" -eq 100 ]
}

@test "a partition that is read leaves its room to the others" {
  new_topic 4
  for p in 0 1 2 3; do head -c 900000 /dev/zero | tr '\0' y | kproduce -q -z zstd -p $p "$topic"; done  # 100 bytes or so each
  for how in '' -J --stats --merge '-f batch'; do
    # shellcheck disable=SC2086
    timeout 20 kconsume -X fetch.max.bytes=100 -X max.partition.fetch.bytes=65536 $how "$topic" >"$BATS_TEST_TMPDIR/out"
  done
  [ "$(timeout 20 kconsume -X fetch.max.bytes=100 -X max.partition.fetch.bytes=65536 "$topic" | wc -c)" -eq 3600004 ]
}

@test "several topics are asked for at once" {
  new_topic
  ktopics create "$topic-2" -q
  kconsume -vv "$topic" "$topic-2" 2> "$BATS_TEST_TMPDIR/err"
  [ "$(grep -c '< Metadata' "$BATS_TEST_TMPDIR/err")" -eq 1 ]  # and the second topic does not wait for another
}

@test "positions by time" {
  new_topic
  for t in 1700000000000 1700000001000 1700000002000; do printf '{"value":"%s","timestamp":%s}\n' ${t:8:2} $t; done | kproduce -q -J "$topic"
  consume() { kconsume -q "$topic" "$@" | tr '\n' ' '; }
  [ "$(consume -o @1700000001)" = "01 02 " ]
  [ "$(consume -u @1700000001)" = "00 " ]
  [ "$(consume -o 2023-11-14T22:13:21Z -u '2023-11-14 22:13:22')" = "01 " ]
  [ "$(consume -o 2023-11-14T23:13:21+01:00)" = "01 02 " ]
  [ "$(consume -o s@1700000001000 -o e@1700000002000)" = "01 " ]
  [ "$(consume -o -15m)" = "" ]
  run --separate-stderr kconsume "$topic" -o @1700000001
  [ "${stderr_lines[0]}" = "kconsume: from @1700000001: 2023-11-14T22:13:21.000+00:00" ]
  [ "${stderr_lines[1]}" = "kconsume: $topic [0]: from offset 1 to 3" ]
  run --separate-stderr kconsume -q "$topic" -o @1700000001
  [ "$output" = $'01\n02' ]
  [ -z "$stderr" ]
}

@test "records out of order in time are left out by their own time" {
  new_topic
  printf '{"value":"a","timestamp":1700000005000}\n{"value":"b","timestamp":1700000001000}\n{"value":"c","timestamp":1700000006000}\n' | kproduce -q -J "$topic"
  [ "$(kconsume -q "$topic" -o @1700000004 | tr '\n' ' ')" = "a c " ]
}

@test "offsets that are gone or not there yet are told" {
  new_topic
  echo x | kproduce -q "$topic"
  run --separate-stderr kconsume "$topic" -o 50
  [ "$status" -eq 0 ]
  [ -z "$output" ]
  [[ $stderr == *"offset 50 is behind the end, 1"* ]]
  run --separate-stderr kconsume "$topic" -o 1763000000000
  [[ $stderr == *"is behind the end, 1; a time is written @1763000000000" ]]
  seq 9 | kproduce -q "$topic"
  ktopics truncate -qy "$topic" --to 5
  run --separate-stderr kconsume -q "$topic" -o 3
  [[ "$status $output" == $'1 5\n6\n7\n8\n9' && $stderr == "kconsume: $topic [0]: offset 3 is gone; the first one is 5" ]]
  run --separate-stderr kconsume -q "$topic" -o 0 -n 1
  [[ "$status $output $stderr" = "0 5 " ]]
}

@test "partitions" {
  new_topic 4
  for p in 0 1 2 3; do echo $p | kproduce -q "$topic" -p $p; done
  [ "$(kconsume "$topic" | sort | tr -d '\n')" = 0123 ]
  [ "$(kconsume "$topic" -p 1,3 | sort | tr -d '\n')" = 13 ]
  [ "$(kconsume "$topic:0-1" "$topic:3" | sort | tr -d '\n')" = 013 ]
  expect_error 3 "has partitions 0 to 3" kconsume "$topic:4"
  expect_error 2 "$topic [1] is named twice, and the ranges overlap" kconsume "$topic" "$topic:1"
}

@test "several topics, and globs" {
  ktopics create many-a many-b -q
  echo a | kproduce -q many-a
  echo b | kproduce -q many-b
  [ "$(kconsume 'many-*' -f '%t ' | tr ' ' '\n' | sort | tr -d '\n')" = many-amany-b ]
  [ "$(kconsume -t many-a many-b | sort | tr -d '\n')" = ab ]
  run kconsume 'none-*'
  [ "$status" -eq 0 ]
  [[ $output == *"no topic fits 'none-*'"* ]]
}

@test "unknown topic: 3 and the command to paste" {
  expect_error 3 "there is no topic nowhere; create it with: ktopics create nowhere" kconsume nowhere
}

@test "formats" {
  new_topic
  printf 'k:v1\n' | kproduce -q "$topic" -K : -H a=b
  [ "$(kconsume "$topic" -f '%t %p %o %k %s %h\n')" = "$topic 0 0 k v1 a=b" ]
  [ "$(kconsume "$topic" -K =)" = "k=v1" ]
  [ "$(kconsume "$topic" -f raw)" = "v1" ]
  [ "$(kconsume "$topic" -f frame | xxd -p)" = 000000027631 ]
  [ "$(kconsume "$topic" -0 | xxd -p)" = 763100 ]
  [ "$(kconsume "$topic" -D '|')" = "v1|" ]
  kconsume "$topic" -J | jq -e --arg t "$topic" '. == {topic: $t, partition: 0, offset: 0, timestamp: .timestamp, key: "k", value: "v1", headers: [{key: "a", value: "b"}]}'
  expect_error 2 "two formats" kconsume "$topic" -J -f raw
  expect_error 2 "-K is for -f value" kconsume "$topic" -J -K :
  expect_error 2 "-D and -0 are for" kconsume "$topic" -f '%s' -0
}

@test "filters by key and header" {
  new_topic 3
  printf 'a:1\nb:2\na:3\n:4\nx\n' | kproduce -q "$topic" -K :
  echo 5 | kproduce -q "$topic" -H l=error -H h=1
  echo 6 | kproduce -q "$topic" -H l=info -H h=1
  [ "$(kconsume "$topic" -k a | sort | tr -d '\n')" = 13 ]
  [ "$(kconsume "$topic" -k '' | tr -d '\n')" = 4 ]
  [ "$(kconsume "$topic" -H l=error)" = 5 ]
  [ "$(kconsume "$topic" -H h -H l=info)" = 6 ]
  [ "$(kconsume "$topic" -k a -n 1 -p 0-2 | wc -l)" = 1 ]
  [ -z "$(kconsume "$topic" -H h=2)" ]
}

@test "-F waits for more, -n ends it" {
  new_topic
  echo 1 | kproduce -q "$topic"
  kconsume -F -n 3 "$topic" > "$BATS_TEST_TMPDIR/out" 3>&- &
  sleep 0.5
  printf '2\n3\n4\n' | kproduce -q "$topic"
  wait $!
  [ "$(tr -d '\n' < "$BATS_TEST_TMPDIR/out")" = 123 ]
}

@test "-F -o end shows only what comes; -u N ends it" {
  new_topic
  seq 5 | kproduce -q "$topic"
  kconsume -v -F -o end -u 7 "$topic" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  eventually grep -q "from offset 5 to 7" "$BATS_TEST_TMPDIR/err"
  seq 6 9 | kproduce -q "$topic"
  wait $!
  [ "$(tr -d '\n' < "$BATS_TEST_TMPDIR/out")" = 67 ]
}

@test "-F from behind the end waits for that offset" {
  new_topic
  seq 0 4 | kproduce -q "$topic"
  kconsume -F "$topic:0@8..10" > "$BATS_TEST_TMPDIR/out1" 2> "$BATS_TEST_TMPDIR/err1" 3>&- &
  kconsume -F "$topic" -o 8 -u 10 > "$BATS_TEST_TMPDIR/out2" 2> "$BATS_TEST_TMPDIR/err2" 3>&- &
  eventually grep -q "offset 8 is behind the end, 5; waiting for it" "$BATS_TEST_TMPDIR/err1"
  eventually grep -q "offset 8 is behind the end, 5; waiting for it" "$BATS_TEST_TMPDIR/err2"
  seq 5 6 | kproduce -q "$topic"
  seq 7 12 | kproduce -q "$topic"
  wait %1 %2
  [ "$(tr -d '\n' < "$BATS_TEST_TMPDIR/out1")" = 89 ]
  [ "$(tr -d '\n' < "$BATS_TEST_TMPDIR/out2")" = 89 ]
}

@test "the end is pinned at the start" {
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  for flag in -v -ve; do
    new_topic
    seq 100000 | kproduce -q "$topic"
    kconsume $flag "$topic" > "$BATS_TEST_TMPDIR/fifo" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
    exec 4< "$BATS_TEST_TMPDIR/fifo"  # which is not read until more has come, so that kconsume stands before the end
    eventually grep -q "from offset 0 to 100000" "$BATS_TEST_TMPDIR/err"
    seq 1000 | kproduce -q "$topic"
    [ "$(wc -l <&4)" -eq 100000 ]
    exec 4<&-
    wait $!
  done
}

@test "-vv: every request and answer, a line each" {
  new_topic
  run --separate-stderr kproduce -vv "$topic" <<< x
  said() { grep -cE "^$1: $KSTREAM_SERVER $2 v[0-9]+ \{.*\}$" <<< "$stderr"; }
  [ "$(said kproduce '< Produce')" -eq 1 ]
  [ "$(said kproduce '> Produce')" -eq 1 ]
  [[ $stderr == *'< Produce v'*"name:\"$topic\""*'> Produce v'*base_offset:0,* ]]
  run --separate-stderr kconsume -vv "$topic"
  [ "$output" = x ]
  for api in DescribeTopicPartitions ListOffsets Fetch; do
    [ "$(said kconsume "< $api")" -ge 1 ]
    [ "$(said kconsume "> $api")" -ge 1 ]
  done
  [[ $stderr == *"< Fetch v"*fetch_offset:0,*"> Fetch v"*high_watermark:1,* ]]
  run --separate-stderr kconsume -v "$topic"
  [[ $stderr != *Fetch* ]]
}

@test "a reader that left is noticed while nothing passes the filter" {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  kconsume -v -F -k none "$topic" > "$BATS_TEST_TMPDIR/fifo" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  pid=$!
  exec 4< "$BATS_TEST_TMPDIR/fifo"
  eventually grep -q "from offset 0 on" "$BATS_TEST_TMPDIR/err"
  mkfifo "$BATS_TEST_TMPDIR/feed"
  kproduce -q "$topic" "$BATS_TEST_TMPDIR/feed" 3>&- 4<&- &
  exec 5> "$BATS_TEST_TMPDIR/feed"
  (while echo x >&5; do sleep 0.01; done) 3>&- 4<&- &
  feeder=$!
  exec 4<&- 5>&-
  wait $pid
  kill $feeder
  wait
}

@test "several ranges of a partition, in their order" {
  new_topic 2
  seq 0 9 | kproduce -q -p 0 "$topic"
  seq 10 19 | kproduce -q -p 1 "$topic"
  [ "$(kconsume "$topic:0@7..9" "$topic:0@1..3" "$topic:0@5..6" | paste -sd ' ')" = '7 8 1 2 5' ]
  [ "$(kconsume "$topic:0@7..9" "$topic:1@3..4" "$topic:0@1..3" -n 4 | sort -n | paste -sd ' ')" = '1 7 8 13' ]
  [ "$(kconsume "$topic:0@8" "$topic:0@1..3" --stats | cut -f 3,6,7)" = $'4\t1\t9' ]
  expect_error 2 "$topic [0] is named twice" kconsume -F "$topic:0@7..9" "$topic:0@1..3"
  expect_error 2 "$topic [0] is named twice" kconsume --merge "$topic:0@7..9" "$topic:0@1..3"
  expect_error 2 "$topic [0] is named twice, and the ranges overlap" kconsume "$topic:0@7..9" "$topic:0@8..10"
}

@test "records that go away while they are read: told, and 1" {
  new_topic
  seq -f '%09.0f' 0 299999 | kproduce -q -X batch.size=10000 "$topic"
  slowly() { read -r _ && ktopics truncate -qy "$topic" --to 290000 && cat; }
  kconsume "$topic" -X max.partition.fetch.bytes=10000 2> "$BATS_TEST_TMPDIR/err" | slowly > "$BATS_TEST_TMPDIR/out"
  [ "${PIPESTATUS[0]}" -eq 1 ]
  grep -Eqx "kconsume: $topic \[0\]: offsets [0-9]+ to 289999 are gone; going on behind them" "$BATS_TEST_TMPDIR/err"
  [ "$(tail -n 10000 "$BATS_TEST_TMPDIR/out" | md5sum)" = "$(seq -f '%09.0f' 290000 299999 | md5sum)" ]
}

@test "-F: a topic that is made anew is read from its beginning, and told" {
  for count in 3 30; do
    rm -f "$BATS_TEST_TMPDIR/read"
    new_topic
    seq 1 10 | kproduce -q "$topic"
    kconsume -F "$topic" > "$BATS_TEST_TMPDIR/read" 2> "$BATS_TEST_TMPDIR/said" 3>&- &
    pid=$!
    eventually grep -qx 10 "$BATS_TEST_TMPDIR/read"
    ktopics delete -qy "$topic"
    ktopics create -q "$topic"
    seq 101 $((100 + count)) | kproduce -q "$topic"
    eventually grep -qx $((100 + count)) "$BATS_TEST_TMPDIR/read"
    kill "$pid"
    wait "$pid" || true
    diff "$BATS_TEST_TMPDIR/read" <(seq 1 10; seq 101 $((100 + count)))
    grep -qF "$topic [0] was created anew: reading it from its beginning" "$BATS_TEST_TMPDIR/said"
  done
}

@test "-F: partitions and topics that are added later are read, nothing twice" {
  ktopics create new-a -q
  for how in '' --merge '--tail 1'; do
    rm -f "$BATS_TEST_TMPDIR/read"
    ktopics delete -qy -E 'new-[b-z].*'
    ktopics delete -qy new-a && ktopics create new-a -q
    seq 1 3 | kproduce -q new-a
    # shellcheck disable=SC2086  # a flag and its value
    kconsume -F 'new-*' -X metadata.max.age.ms=300 $how -f '%t %p %s\n' > "$BATS_TEST_TMPDIR/read" 2> "$BATS_TEST_TMPDIR/said" 3>&- &
    pid=$!
    eventually grep -q 'new-a 0 3' "$BATS_TEST_TMPDIR/read"
    ktopics alter new-a -p 2 -qy
    seq 4 5 | kproduce -q -p 1 new-a
    eventually grep -q 'new-a 1 5' "$BATS_TEST_TMPDIR/read"
    ktopics create new-b -q
    seq 6 7 | kproduce -q new-b
    seq 8 9 | kproduce -q -p 0 new-a
    eventually grep -q 'new-b 0 7' "$BATS_TEST_TMPDIR/read"
    eventually grep -q 'new-a 0 9' "$BATS_TEST_TMPDIR/read"
    kill "$pid"
    wait "$pid" || true
    grep -q 'kconsume: new-a \[1\] is new' "$BATS_TEST_TMPDIR/said"
    [ "$(sort "$BATS_TEST_TMPDIR/read" | uniq -d)" = '' ]
    first=1
    [ "$how" != '--tail 1' ] || first=3
    [ "$(cut -d ' ' -f 3 "$BATS_TEST_TMPDIR/read" | sort -n)" = "$(seq $first 9)" ]
  done
}
