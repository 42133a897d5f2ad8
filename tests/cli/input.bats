#!/usr/bin/env bats
# kproduce: what input may look like, what becomes of bad records, and files that are followed.

# shellcheck disable=SC2154,SC2016,SC2030,SC2031  # topic, stderr and others come from setup.bash and bats; $0 is of the inner shell
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }

all() { kconsume "$topic" -f '%k=%s\n'; }
line() { tr '\n' ' '; }

@test "templates: a field ends at the text behind it" {
  new_topic
  printf 'k1 v 1\nk2 v2' | kproduce -q "$topic" -f '%k %s\n'
  printf 'a;;b|c;;d|' | kproduce -q "$topic" -f '%k;;%s|'
  printf '[2023-11-14T22:13:20Z] k: text\n' | kproduce -q "$topic" -f '[%{time}] %k: %s\n'
  printf '1700000000001\tx=1,y=NULL\tv\tabc\n' | kproduce -q "$topic" -f '%T\t%h\t%s\t%{header:z}\n'
  printf '666f6f Yg==\n' | kproduce -q "$topic" -f '%{k:hex} %{s:base64}\n'
  printf '100%% %s' one | kproduce -q "$topic" -f '%k%% %s'
  kconsume "$topic" -f '%k=%s\n' > "$BATS_TEST_TMPDIR/out"
  diff - "$BATS_TEST_TMPDIR/out" << 'EOF'
k1=v 1
k2=v2
a=b
c=d
k=text
=v
foo=b
100=one
EOF
  [ "$(kconsume "$topic:0@4..5" -f %T)" = 1700000000000 ]
  [ "$(kconsume "$topic:0@5..6" -f '%T %h')" = '1700000000001 x=1,y=NULL,z=abc' ]
}

@test "templates: sizes, so that anything may be in keys and values" {
  new_topic
  printf 'a b\nc' > "$BATS_TEST_TMPDIR/value"
  { printf '1 k 5 '; cat "$BATS_TEST_TMPDIR/value"; printf '\n-1  -1 \n0  0 \n'; } |
    kproduce -q "$topic" -f '%K %k %S %s\n'
  kconsume "$topic" -J | jq -c '[.key, .value]' > "$BATS_TEST_TMPDIR/out"
  diff - "$BATS_TEST_TMPDIR/out" <<< '["k","a b\nc"]
[null,null]
["",""]'
  first=$topic
  new_topic
  kconsume "$first" -f frame | kproduce -q "$topic" -f frame
  cmp <(kconsume "$first" -f frame) <(kconsume "$topic" -f frame)
  [ "$(kconsume "$topic" | wc -l)" -eq 4 ]
  run kproduce "$topic" -f frame < <(printf '\0\0\0\5abc')
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == *"record 1, byte 0: the input ends within a record" ]]
}

@test "templates that cannot be read are refused, as is input that does not fit" {
  expect_error 2 "nothing says where a field ends" kproduce t -f '%k%s\n'
  expect_error 2 "unknown letter %q" kproduce t -f '%q'
  expect_error 2 "input may have %{time}" kproduce t -f '%{lag} %s\n'
  expect_error 2 "neither %s nor %k" kproduce t -f '%t\n'
  expect_error 2 "-f: unknown format 'xml'" kproduce t -f xml
  expect_error 2 "two formats" kproduce t -J -f csv
  expect_error 2 "-D, -0 and -K are for lines" kproduce t -f '%s\n' -K :
  new_topic
  run kproduce "$topic" -f '%k %s\n' < <(printf 'a 1\nnone\nb 2\n')
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "kproduce: record 2, byte 4: no ' ' in 'none'" ]
  run kproduce "$topic" -f '%k %s\n' --on-error skip < <(printf 'a 1\nnone\nb 2\n')
  [ "$status" -eq 1 ]
  [ "${lines[1]}" = "kproduce: acknowledged 2 of 3; all up to record 1; first not: record 2, byte 4" ]
  [ "$(all | line)" = 'a=1 a=1 b=2 ' ]
  run kproduce "$topic" -f '%T %s\n' < <(printf 'noon x\n')
  [[ ${lines[0]} == *"'noon' is not a time" ]]
}

@test "csv: columns that would lose data, or delete" {
  new_topic
  expect_error 1 "the column 'value' is there twice" kproduce "$topic" -f csv "$(printf 'value,value\n1,2\n' > "$BATS_TEST_TMPDIR/csv"; echo "$BATS_TEST_TMPDIR/csv")"
  expect_error 1 "no column is named value; keys alone" kproduce "$topic" -f csv "$(printf 'key\nx\n' > "$BATS_TEST_TMPDIR/csv"; echo "$BATS_TEST_TMPDIR/csv")"
  [ -z "$(kconsume "$topic")" ]
}

@test "a template with %p says where records go" {
  new_topic 3
  printf '2 two\n0 none\n' | kproduce -q -f '%p %s\n' "$topic"
  [ "$(kconsume "$topic" -f '%p %s\n' | sort)" = $'0 none\n2 two' ]
  printf '2 two\n' | kproduce -q -p 1 -f '%p %s\n' "$topic"
  [ "$(kconsume "$topic:1")" = two ]
  run kproduce -f '%p %s\n' "$topic" <<< '7 x'
  [[ $status -eq 3 && $output == *"there is no partition 7"* ]]
}

@test "csv comes back as it went" {
  new_topic
  kproduce -q -J "$topic" << 'EOF'
{"timestamp":1700000000000,"key":"k","value":"a,\"b\"\r\nc","headers":[{"key":"h","value":"1"},{"key":"n","value":null}]}
{"timestamp":1700000000001,"key":null,"value":""}
{"timestamp":1700000000002,"key":"","value":null}
EOF
  first=$topic
  new_topic
  kconsume -f csv "$first" | kproduce -q -f csv "$topic"
  diff <(kconsume -J "$first" | jq -c 'del(.topic)') <(kconsume -J "$topic" | jq -c 'del(.topic)')
  printf 'value,key\n1,a\n"2"\n' > "$BATS_TEST_TMPDIR/in"
  run kproduce -f csv "$topic" "$BATS_TEST_TMPDIR/in"
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "kproduce: record 2, byte 14: 1 columns, where the first line has 2" ]
  run kproduce -f csv "$topic" <<< 'id,value'
  [[ ${lines[0]} == *"unknown column 'id'"* ]]
}

@test "--timestamp FIELD: the time that JSON values carry" {
  new_topic
  printf '{"t":1700000000}\n{"a":{"t":1},"t":"1700000000001"}\n{"t":1700000000002003}\n{"t":"2023-11-14T22:13:20.004Z"}\n' |
    kproduce -q "$topic" --timestamp t
  [ "$(kconsume "$topic" -f '%T ')" = '1700000000000 1700000000001 1700000000002 1700000000004 ' ]
  run kproduce "$topic" --timestamp t <<< '{"a":{"t":1}}'
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == *'line 1, byte 0: --timestamp: no time "t" in the value' ]]
  run kproduce "$topic" --timestamp t <<< 'plain'
  [[ ${lines[0]} == *'the value is not JSON'* ]]
}

@test "--on-error skip: the others go on, and the exit status says that not all did" {
  new_topic
  { printf '{"value":"1"}\nnot json\n{"value":"2"}\n{"value":"'; head -c 1100000 /dev/zero | tr '\0' x; } > "$BATS_TEST_TMPDIR/in"
  printf '{"value":"1"}\nnot json\n{"value":"2"}\n{"x":1}\n{"value":"3"}\n' > "$BATS_TEST_TMPDIR/in"
  run kproduce -J "$topic" --on-error skip "$BATS_TEST_TMPDIR/in"
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == "kproduce: line 2, byte 14: not a whole JSON object"* ]]
  [[ ${lines[1]} == 'kproduce: line 4, byte 37: unknown member "x"'* ]]
  [ "${lines[2]}" = "kproduce: acknowledged 3 of 5; all up to line 1; first not: line 2, byte 14" ]
  [ "$(kconsume "$topic" | line)" = '1 2 3 ' ]
  expect_error 2 "--on-error is stop or skip" kproduce t --on-error go
}

@test "--rejected: what the broker refused, ready to be sent again" {
  new_topic
  ktopics create "$topic-small" -q -c max.message.bytes=1000
  printf 'small:1\n' > "$BATS_TEST_TMPDIR/in"
  { printf 'big:'; head -c 5000 /dev/urandom | base64 -w 0; echo; } >> "$BATS_TEST_TMPDIR/in"
  printf 'small:2\n' >> "$BATS_TEST_TMPDIR/in"
  run kproduce "$topic-small" -K : -H h=1 --on-error skip --rejected "$BATS_TEST_TMPDIR/rejected" "$BATS_TEST_TMPDIR/in"
  [ "$status" -eq 1 ]
  [ "$(kconsume "$topic-small" -f '%s ')" = '1 2 ' ]
  [ "$(jq -r '.key, .headers[0].value' "$BATS_TEST_TMPDIR/rejected" | line)" = 'big 1 ' ]
  kproduce -q -J "$topic" "$BATS_TEST_TMPDIR/rejected"
  [ "$(kconsume "$topic" -f '%k:%s\n')" = "$(grep big "$BATS_TEST_TMPDIR/in")" ]
  run kproduce "$topic" -X max.request.size=1000 --on-error skip --rejected "$BATS_TEST_TMPDIR/too-large" "$BATS_TEST_TMPDIR/in"
  jq -e '.partition == null and .offset == -1' "$BATS_TEST_TMPDIR/too-large"
  expect_error 2 "--rejected /nonexistent/f: No such file" kproduce "$topic" --rejected /nonexistent/f
}

@test "--rejected: what could not be read, and what lacks something" {
  new_topic
  rejected=$BATS_TEST_TMPDIR/rejected
  run kproduce -J "$topic" --on-error skip --rejected "$rejected" <<< $'{"value":"1"}\n{"valu": "\t2\n{"value":"3"}'
  [ "$status" -eq 1 ]
  [ "$(jq -c '[.topic, .value]' "$rejected")" = "[\"$topic\",\"{\\\"valu\\\": \\\"\\t2\"]" ]
  run kproduce -J --on-error skip --rejected "$rejected-2" <<< '{"key":"k","value":"whose","headers":[{"key":"h","value":"v"}]}'
  [ "$(jq -c . "$rejected-2")" = '{"topic":null,"partition":null,"offset":-1,"timestamp":-1,"key":"k","value":"whose","headers":[{"key":"h","value":"v"}]}' ]
  kproduce -Jq "$topic" "$rejected-2"
  run kproduce "$topic" --timestamp at --on-error skip --rejected "$rejected-3" <<< '{"no":1}'
  [ "$(jq -c '[.topic, .value]' "$rejected-3")" = "[\"$topic\",\"{\\\"no\\\":1}\"]" ]
  [ "$(kconsume "$topic" | line)" = '1 3 whose ' ]
}

@test "JSON behind a byte order mark" {
  new_topic
  printf '\xEF\xBB\xBF{"value":"1"}\n{"value":"2"}\n' | kproduce -Jq "$topic"
  [ "$(kconsume "$topic" | line)" = '1 2 ' ]
}

@test "--rejected: what is left when the broker is gone" {
  folder=$BATS_TEST_TMPDIR/own
  mkdir -p "$folder"
  kserver -X listeners=PLAINTEXT://127.0.0.1:0 -X "log.dirs=$folder/data" > "$folder/out" 2> "$folder/err" 3>&- &
  server=$!
  eventually grep -q '^ready ' "$folder/out"
  read -r _ address < <(grep '^ready ' "$folder/out")
  ktopics create t -q -b "$address"
  mkfifo "$folder/fifo"
  kproduce -b "$address" --timeout 2s t "$folder/fifo" --rejected "$folder/rejected" 2> "$folder/said" 3>&- &
  pid=$!
  exec 4> "$folder/fifo"
  echo first >&4
  eventually test "$(kconsume -b "$address" t -n 1 -F)" = first
  kill -9 "$server"
  printf 'second\nthird\n' >&4
  exec 4>&-
  status=0
  wait $pid || status=$?
  [ $status -eq 5 ]
  [ "$(jq -r .value "$folder/rejected" | line)" = 'second third ' ]
  grep -q 'acknowledged 1 of 3; all up to line 1; first not: line 2, byte 6' "$folder/said"
}

@test "--report: where each record is" {
  new_topic 2
  printf 'a\nb\nc\n' | kproduce -q "$topic" -p 1 --report '%{line} %t %p %o\n' > "$BATS_TEST_TMPDIR/out"
  diff - "$BATS_TEST_TMPDIR/out" <<< "1 $topic 1 0
2 $topic 1 1
3 $topic 1 2"
  expect_error 2 "of a record that was sent there are" kproduce t --report %s
  expect_error 2 "of a record that was sent there are %{line} %t %p %o %T and %{time}" kproduce t --report '%{lines}'
  expect_error 2 "%{line} is for kproduce --report" kconsume t -f '%{line}'
  run --separate-stderr bash -c 'echo x | kproduce "$0" --report %o > /dev/full' "$topic"
  [ "$status" -eq 1 ]
  [[ ${stderr_lines[0]} == *"stdout: No space left"* ]]
  seq 100000 | kproduce -q "$topic" --report '%o\n' | head -n 1
  [ "$(kconsume "$topic" | wc -l)" -eq 100004 ]
}

@test "--tombstone" {
  new_topic
  printf 'a:1\nb:2\n' | kproduce -q -K : "$topic"
  kproduce -q --tombstone -k a "$topic" < <(echo never read)
  printf 'b\nc\n' | kproduce -q --tombstone "$topic"
  [ "$(kconsume "$topic" -f '%k:%S ')" = 'a:1 b:1 a:-1 b:-1 c:-1 ' ]
  run kproduce --tombstone "$topic" <<< ''
  [[ ${lines[0]} == *"an empty line is no key" ]]
  expect_error 2 "--tombstone sends keys" kproduce t --tombstone -J
  expect_error 2 "reads no input" kproduce t --tombstone -k a file
}

@test "--partitioner" {
  new_topic 3
  seq 6 | kproduce -q "$topic" --partitioner round-robin
  [ "$(kconsume "$topic" -f '%p\n' | sort | uniq -c | awk '{print $1}' | line)" = '2 2 2 ' ]
  new_topic 7
  seq 50 | sed 's/.*/key-&:x/' | kproduce -q -K : "$topic" --partitioner crc32
  kconsume "$topic" -f '%p %k\n' | while read -r p k; do
    [ "$(python3 -c 'import sys, zlib; print(zlib.crc32(sys.argv[1].encode()) % 7)' "$k")" = "$p" ]
  done
  seq 200 | sed 's/.*/one:x/' | kproduce -q -K : "$topic" --partitioner sticky -X batch.size=100
  [ "$(kconsume "$topic" -f '%p %k\n' | grep -c ' one')" -eq 200 ]
  [ "$(kconsume "$topic" -f '%p %k\n' | grep ' one' | sort -u | wc -l)" -gt 1 ]
  expect_error 2 "--partitioner is murmur2" kproduce t --partitioner fnv
}

@test "--rate" {
  new_topic
  before=$(date +%s%3N)
  seq 20 | kproduce -q "$topic" --rate 40/s
  took=$(($(date +%s%3N) - before))
  [ $took -ge 350 ]
  [ $took -lt 5000 ]
  [ "$(kconsume "$topic" | wc -l)" -eq 20 ]
  expect_error 2 "--rate wants records in a time" kproduce t --rate 5
}

@test "--rate N/m and N/h: 10 a second, one of them" {
  new_topic
  for rate in 600/m 36000/h; do
    before=$(date +%s%3N)
    seq 6 | timeout 20 kproduce -q "$topic" --rate $rate
    [ $(($(date +%s%3N) - before)) -ge 350 ]
  done
  [ "$(kconsume "$topic" | wc -l)" -eq 12 ]
  for rate in 5/d 0/s -1/m x/h /s 5/; do expect_error 2 "--rate wants records in a time" kproduce t --rate $rate; done
}

@test "-D: an end of records that is empty is none" {
  expect_error 2 "-D wants one or more characters, or " kproduce t -D ''
  new_topic
  printf 'a, b c, d' | kproduce -q "$topic" -D ', '
  kproduce -q "$topic" -D '\x00' < <(printf 'e\0f')
  [ "$(kconsume "$topic" | paste -sd '|')" = 'a|b c|d|e|f' ]
  [ "$(kconsume "$topic" -D '')" = 'ab cdef' ]
}

# follow FLAG...: starts kproduce -F on $folder/log; its pid is $pid.
follow() {
  folder=$BATS_TEST_TMPDIR
  kproduce -F "$topic" "$folder/log" "$@" 2> "$folder/err" 3>&- &
  pid=$!
}
shows() { [ "$(kconsume "$topic" | line)" = "$1" ]; }
ends() {
  local status=0
  kill -TERM $pid
  wait $pid || status=$?
  [ $status -eq 143 ]
}

@test "-F: an absent file is waited for, what is added is sent, a part of a line waits for its end" {
  new_topic
  follow
  eventually grep -q "waiting for $folder/log: No such file" "$folder/err"
  printf 'one\ntw' > "$folder/log"
  eventually shows 'one '
  printf 'o\nthree' >> "$folder/log"
  eventually shows 'one two '
  ends
  grep -q 'acknowledged 2 of 2' "$folder/err"
}

@test "-F: a file that is renamed is read on for 5 s, then the new one from its beginning" {
  new_topic
  echo one > "$BATS_TEST_TMPDIR/log"
  follow
  eventually shows 'one '
  mv "$folder/log" "$folder/log.1"
  echo new > "$folder/log"
  echo two >> "$folder/log.1"
  sleep 1
  printf 'three' >> "$folder/log.1"
  eventually shows 'one two three new '
  echo more >> "$folder/log"
  eventually shows 'one two three new more '
  ends
}

@test "-F: files that are renamed before it is their turn are read, too" {
  new_topic
  echo one > "$BATS_TEST_TMPDIR/log"
  follow
  eventually shows 'one '
  mv "$folder/log" "$folder/log.1"
  echo two > "$folder/log"
  holds_both() { [ "$(find "/proc/$pid/fd" -lname "$folder/log*" | wc -l)" -eq 2 ]; }
  eventually holds_both
  mv "$folder/log" "$folder/log.2"
  rm "$folder/log.1"
  echo three > "$folder/log"
  eventually shows 'one two three '
  ends
  grep -q 'acknowledged 3 of 3' "$folder/err"
}

@test "-F: a file that was idle for long is read on for 5 s after it was renamed" {
  new_topic
  echo one > "$BATS_TEST_TMPDIR/log"
  follow
  eventually shows 'one '
  sleep 6
  mv "$folder/log" "$folder/log.1"
  sleep 2
  echo two >> "$folder/log.1"
  echo new > "$folder/log"
  eventually shows 'one two new '
  ends
}

@test "-F: a file that shrinks is read from its beginning, with a warning" {
  new_topic
  printf 'one\ntwo\n' > "$BATS_TEST_TMPDIR/log"
  follow
  eventually shows 'one two '
  echo new > "$folder/log"
  eventually shows 'one two new '
  ends
  grep -q "log shrank from 8 to [04] bytes: reading it from its beginning" "$folder/err"  # 0: before it was written
}

@test "-F: a file that was cut off and has grown as long again is read from its beginning, with a warning" {
  new_topic
  echo one > "$BATS_TEST_TMPDIR/log"
  follow
  eventually shows 'one '
  kill -STOP $pid  # it sees only what came of it
  : > "$folder/log"
  printf 'other\nlines\n' >> "$folder/log"
  kill -CONT $pid
  eventually shows 'one other lines '
  ends
  grep -q "log was written anew: reading it from its beginning" "$folder/err"
}

@test "-F: what is no file cannot be followed" {
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  new_topic
  expect_error 1 "pipe: Illegal seek" kproduce -F "$topic" "$BATS_TEST_TMPDIR/pipe"
}

@test "-F --partial: a last line without newline is sent after a while" {
  new_topic
  printf 'one' > "$BATS_TEST_TMPDIR/log"
  follow --partial 300ms
  eventually shows 'one '
  printf 'two\nx' >> "$folder/log"
  eventually shows 'one two x '
  ends
  expect_error 2 "--partial is for -F" kproduce t --partial 1s
  expect_error 2 "-F follows files" kproduce -F t
}

@test "--on-error skip passes over a record whose topic is none" {
  new_topic
  run --separate-stderr kproduce -J --on-error skip << EOF
{"topic":"$topic","value":"a"}
{"topic":"nowhere","value":"b"}
{"topic":"no name","value":"b"}
{"topic":"$topic","value":"c"}
EOF
  [ "$status" -eq 1 ]
  [[ $stderr == *"line 2, byte "*": there is no topic nowhere; create it with"*"line 3, byte "*": no name: INVALID_TOPIC_EXCEPTION"* ]]
  [ "$(kconsume "$topic" | line)" = 'a c ' ]
  run --separate-stderr kproduce -J <<< '{"topic":"nowhere","value":"b"}'
  [[ $status -eq 3 && $stderr == *"line 1, byte 0: there is no topic nowhere"* ]]
}

@test "--on-error skip passes over a line that no record can hold" {
  new_topic
  long() { echo a; head -c 5000000 /dev/zero | tr '\0' x; echo; echo b; }
  run --separate-stderr kproduce --on-error skip "$topic" < <(long)
  [ "$status" -eq 1 ]
  [[ $stderr == *"line 2, byte 2: longer than max.request.size=1048576"*"acknowledged 2 of 3; all up to line 1; first not: line 2, byte 2" ]]
  [ "$(kconsume "$topic" | line)" = 'a b ' ]
  run --separate-stderr kproduce "$topic" < <(long)
  [ "$status" -eq 1 ]
  [[ $stderr == *"acknowledged 1 of 1; all up to line 1; first not: line 2, byte 2" ]]
  long > "$BATS_TEST_TMPDIR/log"
  new_topic
  follow --on-error skip
  eventually shows 'a b '
  kill -INT "$pid"
  wait "$pid" || true
  grep -q 'acknowledged 2 of 3; all up to line 1; first not: line 2, byte 2' "$folder/err"
}

@test "-F waits for a broker that is not there yet" {
  folder=$BATS_TEST_TMPDIR/own
  mkdir -p "$folder"
  begin_server 0
  kill "$server"
  wait "$server"
  echo one > "$folder/log"
  kproduce -b "$address" --timeout 1s --create -F t "$folder/log" 2> "$folder/said" 3>&- &
  pid=$!
  kconsume -b "$address" --timeout 1s -F u > "$folder/read" 2> "$folder/said2" 3>&- &
  reader=$!
  eventually grep -q 'waiting: NETWORK_EXCEPTION' "$folder/said"
  eventually grep -q 'waiting: NETWORK_EXCEPTION' "$folder/said2"
  sleep 1.5
  kill -0 "$reader"
  kill "$reader"
  begin_server "${address##*:}"
  eventually kconsume -q -b "$address" t
  [ "$(kconsume -b "$address" t -n 1 -F)" = one ]
  kill "$pid" "$server"
}

@test "-F waits while there is no broker" {
  folder=$BATS_TEST_TMPDIR/own
  mkdir -p "$folder"
  begin_server 0
  ktopics create t -q -b "$address"
  echo one > "$folder/log"
  kproduce -b "$address" --timeout 1s -F t "$folder/log" 2> "$folder/said" 3>&- &
  pid=$!
  eventually test "$(kconsume -b "$address" t -n 1 -F)" = one
  kill -9 "$server"
  echo two >> "$folder/log"
  eventually grep -q 'waiting: NETWORK_EXCEPTION' "$folder/said"
  sleep 2.5
  kill -0 $pid
  begin_server "${address##*:}"
  echo three >> "$folder/log"
  [ "$(kconsume -b "$address" t -n 3 -F | line)" = 'one two three ' ]
  ends
  kill "$server"
}

@test "-F of several files: places are those of each file" {
  new_topic
  folder=$BATS_TEST_TMPDIR
  printf '{"value":"a"}\n' > "$folder/a"
  printf '{"value":"b"}\n' > "$folder/b"
  kproduce -F -J "$topic" "$folder/a" "$folder/b" 2> "$folder/err" 3>&- &
  pid=$!
  eventually shows 'a b '
  printf '{"value":"c"}\n' >> "$folder/b"
  eventually shows 'a b c '
  printf 'bad\n' >> "$folder/b"
  status=0
  wait $pid || status=$?
  [ $status -eq 1 ]
  grep -q "/b line 3, byte 28: not a whole JSON object" "$folder/err"
}
