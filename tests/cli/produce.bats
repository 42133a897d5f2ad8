#!/usr/bin/env bats
# kproduce against a kserver, seen through kconsume.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }

@test "what may be there twice is told" {
  folder=$BATS_TEST_TMPDIR/own
  mkdir -p "$folder"
  begin_server 0
  ktopics create -q -b "$address" t
  mkfifo "$folder/feed"
  kproduce -b "$address" -X request.timeout.ms=1000 t "$folder/feed" 2> "$folder/said" 3>&- &
  pid=$!
  exec 4> "$folder/feed"
  echo a >&4
  [ "$(timeout 20 kconsume -q -b "$address" t -F -n 1)" = a ]
  kill -STOP "$server"
  echo b >&4
  sleep 1.5
  kill -CONT "$server"
  exec 4>&-
  wait "$pid"
  kill "$server"
  [ "$(cat "$folder/said")" = "kproduce: acknowledged 2 of 2; 1 may be there twice: their answer was lost, and they were sent again" ]
}

@test "a topic that is deleted meanwhile is told after the usual patience, with what to do" {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/feed"
  kproduce -X request.timeout.ms=1500 --timeout 2s "$topic" "$BATS_TEST_TMPDIR/feed" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  pid=$!
  exec 4> "$BATS_TEST_TMPDIR/feed"
  echo a >&4
  eventually grep -qx a <(timeout 10 kconsume -q "$topic" -F -n 1)
  ktopics delete -qy "$topic"
  echo b >&4
  exec 4>&-
  status=0
  wait "$pid" || status=$?
  [ "$status" -eq 3 ]
  grep -q "gave up after 2000 ms: UNKNOWN_TOPIC_OR_PARTITION: $topic-0; create it with: ktopics create $topic" "$BATS_TEST_TMPDIR/err"
  grep -q "acknowledged 1 of 2" "$BATS_TEST_TMPDIR/err"
}

@test "lines from stdin come out as they went in" {
  new_topic
  printf 'one\n\ntwo\r\nthree \xff\x00 four\nlast without newline' > "$BATS_TEST_TMPDIR/in"
  run --separate-stderr kproduce "$topic" < "$BATS_TEST_TMPDIR/in"
  [ "$status" -eq 0 ]
  [ "$stderr" = "kproduce: acknowledged 5 of 5" ]
  [ -z "$output" ]
  kconsume "$topic" > "$BATS_TEST_TMPDIR/out"
  cmp <(cat "$BATS_TEST_TMPDIR/in"; echo) "$BATS_TEST_TMPDIR/out"
}

@test "files in their order, - is stdin" {
  new_topic
  printf 'a\nb' > "$BATS_TEST_TMPDIR/1"
  printf 'd\n' > "$BATS_TEST_TMPDIR/2"
  printf 'c\n' | kproduce -q "$topic" "$BATS_TEST_TMPDIR/1" - "$BATS_TEST_TMPDIR/2"
  [ "$(kconsume "$topic" | tr -d '\n')" = abcd ]
  kproduce -q -t "$topic" "$BATS_TEST_TMPDIR/2"
  [ "$(kconsume "$topic" | tr -d '\n')" = abcdd ]
}

@test "keys, headers, null and delimiters" {
  new_topic
  printf 'a:1\nb:\nc\n:x\n' | kproduce -q "$topic" -K : -H h=1 -H n -Z
  [ "$(kconsume "$topic" -f '%k|%K|%s|%S|%h\n')" = $'a|1|1|1|h=1,n=NULL\nb|1||-1|h=1,n=NULL\n|-1|c|1|h=1,n=NULL\n|0|x|1|h=1,n=NULL' ]
  new_topic
  printf 'x,y' | kproduce -q "$topic" -D , -k fixed
  printf 'p\0q\n\0' | kproduce -q "$topic" -0
  [ "$(kconsume "$topic" -f '%k=%{s:hex} ')" = 'fixed=78 fixed=79 =70 =710a ' ]
}

@test "partitions: one, by key, and one that is not there" {
  new_topic 3
  echo x | kproduce -q "$topic" -p 2
  [ "$(kconsume "$topic" -f '%p\n')" = 2 ]
  seq 100 | kproduce -q "$topic" -k same
  [ "$(kconsume "$topic" -k same -f '%p\n' | sort -u | wc -l)" -eq 1 ]
  expect_error 3 "has no partition 3; its last is 2" kproduce "$topic" -p 3
}

@test "the key's partition is the one of Kafka's Java client" {
  new_topic 7
  printf 'foobar:x\n21:x\nabc:x\n' | kproduce -q "$topic" -K :
  # murmur2 of the keys is -790332482, -973932308 and 479470107; with the sign bit gone, modulo 7:
  [ "$(kconsume "$topic" -f '%k %p\n' | sort)" = $'21 3\nabc 4\nfoobar 0' ] || {
    kconsume "$topic" -f '%k %p\n'
    return 1
  }
}

# The batches of $topic as they are on the disk: json members, a batch on each line.
stored() { kserver dump -J "$BATS_FILE_TMPDIR/server/data/$topic-0" | jq -r ".batch | [$1] | join(\" \")"; }

@test "every codec" {
  new_topic
  for codec in none gzip snappy lz4 zstd gzip:9 zstd:1; do
    seq 1000 | kproduce -q -z $codec "$topic"
  done
  [ "$(kconsume "$topic" | sort -n | uniq -c | awk '{print $1}' | sort -u)" = 7 ]
  [ "$(stored .codec | uniq | paste -sd ' ')" = 'none gzip snappy lz4 zstd gzip zstd' ]
}

@test "-z CODEC:LEVEL: the level holds" {
  for levels in 'gzip 1 9' 'lz4 1 17' 'zstd 1 19'; do
    read -r codec quick small <<< "$levels"
    new_topic
    for level in "$quick" "$small"; do seq 4000 | kproduce -q -z "$codec:$level" -X linger.ms=20000 "$topic"; done
    echo "$codec: $(stored '.records, .size')"
    [ "$(stored '.codec, .records' | uniq -c | xargs)" = "2 $codec 4000" ]
    [ "$(stored .size | sort -u | wc -l)" -eq 2 ]
    [ "$(kproduce t --show-config -z "$codec:$small" | grep '^compression' | sort -r)" = "$(
      sort -r <<< "compression.type	$codec	-z
compression.$codec.level	$small	-z")" ]
    [ "$(kproduce t --show-config -z "$codec" | grep '^compression')" = "compression.type	$codec	-z" ]
  done
  expect_error 2 '-z: "compression.gzip.level" must be one of' kproduce t -z gzip:10
  expect_error 2 '-z: "compression.zstd.level" must be at most 22' kproduce t -z zstd:23
  expect_error 2 '-z: "compression.lz4.level" must be at least 1' kproduce t -z lz4:0
}

@test "acks 0, 1 and all: what the broker is asked for, whether it answers, and what is told" {
  new_topic
  for how in 0,0 1,1 all,-1 ,-1; do
    flag=${how%,*}
    run --separate-stderr kproduce -vv ${flag:+--acks "$flag"} "$topic" <<< "$how"
    [ "$status" -eq 0 ]
    [[ $stderr == *'< Produce v'*" {transactional_id:null,acks:${how#*,},"* ]]
    if [ "$how" = 0,0 ]; then
      [[ $stderr != *'> Produce'* && $stderr == *"kproduce: sent 1 of 1"* && $stderr != *acknowledged* ]]
    else
      [[ $stderr == *'> Produce v'* && $stderr == *"kproduce: acknowledged 1 of 1"* ]]
    fi
  done
  [ "$(kconsume -F -n 4 "$topic" | sort | tr '\n' ' ')" = ',-1 0,0 1,1 all,-1 ' ]
  [[ $(kproduce t --show-config -X acks=1) == *$'acks\t1\t-X'* ]]
  [[ $(kproduce t --show-config -X acks=1 --acks 0) == *$'acks\t0\t--acks'* ]]
}

@test "JSON goes round without loss" {
  new_topic 2
  printf '%s\n' \
    '{"key":"k","value":"v","headers":[{"key":"h","value":"1"},{"key":"h","value":null}],"timestamp":1700000000123,"partition":1}' \
    '{"key":null,"key_b64":"/w==","value":null}' '{"value":""}' '{"value":"\u0000\u00e4\ud83d\ude00"}' |
    kproduce -q -J "$topic" --keep-partition
  kconsume -J "$topic" | jq -c 'del(.topic, .offset)' | sort > "$BATS_TEST_TMPDIR/first"
  [ "$(jq -r 'select(.key == "k") | "\(.timestamp) \(.partition) \(.headers | length)"' "$BATS_TEST_TMPDIR/first")" = "1700000000123 1 2" ]
  first=$topic
  new_topic 2
  kconsume -J "$first" | kproduce -q -J "$topic" --keep-partition
  kconsume -J "$topic" | jq -c 'del(.topic, .offset)' | sort | diff "$BATS_TEST_TMPDIR/first" -
}

@test "whatever records there are, kconsume -J | kproduce -J copies them" {
  new_topic 3
  python3 -c '
import base64, json, random
random.seed(11)
def member(name):
    kind = random.randrange(4)
    if kind == 0: return {name: None}
    data = bytes(random.choice(b"a\"\\\n\x00\x7f{\xff\xc3\xa4") for _ in range(random.randrange(9)))
    try: return {name: data.decode()}
    except UnicodeDecodeError: return {name: None, name + "_b64": base64.b64encode(data).decode()}
for i in range(600):
    headers = [{"key": random.choice(["h", "", "ä"]), **member("value")} for _ in range(random.randrange(4))]
    print(json.dumps({"partition": i % 3, "timestamp": random.randrange(1, 17 * 10**11), **member("key"), **member("value"),
                      "headers": headers}, ensure_ascii=False))' > "$BATS_TEST_TMPDIR/in"
  kproduce -q -J --keep-partition "$topic" "$BATS_TEST_TMPDIR/in"
  kconsume -J "$topic" | jq -cS 'del(.topic, .offset)' | sort | diff - <(jq -cS . "$BATS_TEST_TMPDIR/in" | sort)
  first=$topic
  new_topic 3
  kconsume -J "$first" | kproduce -q -J --keep-partition "$topic"
  diff <(kconsume -J "$first" | jq -cS 'del(.topic)' | sort) <(kconsume -J "$topic" | jq -cS 'del(.topic)' | sort)
  kconsume "$first" --diff "$topic"
}

@test "JSON names its topic, if the command line does not" {
  new_topic
  kproduce -q -J <<< "{\"topic\":\"$topic\",\"value\":\"x\"}"
  [ "$(kconsume "$topic")" = x ]
  run kproduce -J <<< '{"value":"x"}'
  [ "$status" -eq 1 ]
  [[ $output == *'line 1, byte 0: no "topic"'* ]]
}

@test "JSON that is wrong is refused with its line, and what was before it is sent" {
  new_topic
  run kproduce -J "$topic" < <(printf '{"value":"a"}\n{"valu":"b"}\n')
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == *'line 2, byte 14: unknown member "valu"'* ]]
  [ "${lines[1]}" = "kproduce: acknowledged 1 of 1; all up to line 1; first not: line 2, byte 14" ]
  [ "$(kconsume "$topic")" = a ]
}

@test "--timestamp now" {
  new_topic
  before=$(date +%s%3N)
  kproduce -q -J --timestamp now "$topic" <<< '{"value":"a","timestamp":5}'
  [ "$(kconsume "$topic" -f %T)" -ge "$before" ]
}

@test "unknown topic: 3 and the command to paste; --create" {
  expect_error 3 "create it with: ktopics create nowhere" kproduce nowhere
  expect_error 3 "create it with: ktopics create nowhere -b $KSTREAM_SERVER" kproduce nowhere -b "$KSTREAM_SERVER"
  run kproduce --create somewhere <<< x
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = "kproduce: created topic somewhere" ]
  [ "$(kconsume somewhere)" = x ]
}

@test "a line that is too long: its place, and what was before it is sent" {
  new_topic
  { printf 'short\n'; head -c 2000000 /dev/zero | tr '\0' x; } > "$BATS_TEST_TMPDIR/in"
  run kproduce "$topic" "$BATS_TEST_TMPDIR/in"
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == *"line 2, byte 6: "*"max.request.size"* ]]
  [ "${lines[1]}" = "kproduce: acknowledged 1 of 1; all up to line 1; first not: line 2, byte 6" ]
  echo a > "$BATS_TEST_TMPDIR/in"
  run kproduce "$topic" "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR"
  [ "$status" -eq 1 ]
  [ "${lines[1]}" = "kproduce: acknowledged 1 of 1; all up to $BATS_TEST_TMPDIR/in line 1; first not: $BATS_TEST_TMPDIR line 1, byte 0" ]
}

@test "a record of 990,000 bytes" {
  new_topic
  head -c 990000 /dev/urandom | base64 -w 0 | head -c 990000 > "$BATS_TEST_TMPDIR/in"
  kproduce -q "$topic" "$BATS_TEST_TMPDIR/in"
  kconsume -f raw "$topic" | cmp - "$BATS_TEST_TMPDIR/in"
}

@test "lines of a slow pipe are sent without waiting for its end" {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  kproduce -q "$topic" "$BATS_TEST_TMPDIR/fifo" 3>&- &
  exec 4> "$BATS_TEST_TMPDIR/fifo"
  echo first >&4
  [ "$(kconsume -F -n 1 "$topic")" = first ]
  echo second >&4
  exec 4>&-
  wait $!
  [ "$(kconsume "$topic" | wc -l)" -eq 2 ]
}

@test "--linger: records wait for others, until the time is over or the input" {
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  new_topic
  kproduce -q "$topic" --linger 1m "$BATS_TEST_TMPDIR/fifo" 3>&- &
  pid=$!
  exec 4> "$BATS_TEST_TMPDIR/fifo"
  echo first >&4
  for _ in {1..3}; do
    sleep 0.1
    [ -z "$(kconsume "$topic")" ]
  done
  echo second >&4
  exec 4>&-
  wait $pid
  [ "$(stored .records)" = 2 ]  # in one batch, and not a minute later
  new_topic
  kproduce -q "$topic" --linger 1500ms "$BATS_TEST_TMPDIR/fifo" 3>&- &
  pid=$!
  exec 4> "$BATS_TEST_TMPDIR/fifo"
  before=$(date +%s%3N)
  echo first >&4
  [ "$(timeout 20 kconsume -F -n 1 "$topic")" = first ]
  [ $(($(date +%s%3N) - before)) -ge 1450 ]
  exec 4>&-
  wait $pid
}

@test "--linger: 5 ms, if nothing is said" {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  kproduce -q "$topic" "$BATS_TEST_TMPDIR/fifo" 3>&- &
  pid=$!
  exec 4> "$BATS_TEST_TMPDIR/fifo"
  echo first >&4
  [ "$(timeout 20 kconsume -F -n 1 "$topic")" = first ]  # while the input is open
  echo second >&4
  exec 4>&-
  wait $pid
  [ "$(stored .records | xargs)" = '1 1' ]
  [[ $(kproduce t --show-config --linger 2s) == *$'linger.ms\t2000\t--linger'* ]]
}

@test "--linger: a batch that is full does not wait" {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  kproduce -q "$topic" --linger 1m -X batch.size=1000 "$BATS_TEST_TMPDIR/fifo" 3>&- &
  pid=$!
  exec 4> "$BATS_TEST_TMPDIR/fifo"
  seq 500 >&4
  [ "$(timeout 20 kconsume -F -n 200 "$topic" | wc -l)" -eq 200 ]
  exec 4>&-
  wait $pid
  [ "$(kconsume "$topic" | wc -l)" -eq 500 ]
}

@test "a name that is none" {
  expect_error 2 "'' names no topic" kproduce -J ''
  expect_error 2 "'' names no topic" kproduce -t ''
  run kproduce -J <<< '{"topic":"","value":"x"}'
  [ "$status" -eq 1 ]
  [[ $output == *'line 1, byte 0: no "topic"'* ]]
}

@test "stdin that is closed is empty" {
  new_topic
  # shellcheck disable=SC2016
  run --separate-stderr timeout 20 bash -c 'kproduce "$0" <&-' "$topic"
  [ "$status" -eq 0 ]
  [ "$stderr" = "kproduce: acknowledged 0 of 0" ]
}

@test "SIGTERM, SIGHUP, SIGINT: a signal ends the input; what was taken is sent" {
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  for signal in TERM HUP INT; do
    new_topic
    # bash ignores SIGINT for what it runs in the background, and nohup SIGHUP.
    env --default-signal=INT,HUP kproduce "$topic" "$BATS_TEST_TMPDIR/fifo" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
    pid=$!
    exec 4> "$BATS_TEST_TMPDIR/fifo"
    printf 'whole\npart' >&4
    [ "$(timeout 20 kconsume -qF -n 1 "$topic")" = whole ]
    kill -$signal $pid
    status=0
    wait $pid || status=$?
    exec 4>&-
    [ $status -eq $((128 + $(kill -l $signal))) ]
    [ "$(cat "$BATS_TEST_TMPDIR/err")" = "kproduce: acknowledged 1 of 1; all up to line 1; first not: line 2, byte 6" ]
    [ "$(kconsume "$topic")" = whole ]
  done
}

@test "nohup" {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  nohup kproduce -q "$topic" "$BATS_TEST_TMPDIR/fifo" 2> /dev/null 3>&- < /dev/null &
  pid=$!
  exec 4> "$BATS_TEST_TMPDIR/fifo"
  echo before >&4
  [ "$(timeout 20 kconsume -qF -n 1 "$topic")" = before ]
  kill -HUP $pid
  echo after >&4
  exec 4>&-
  wait $pid
  [ "$(kconsume "$topic" | xargs)" = 'before after' ]
}

@test "--report: %T and %{time} are the broker's, where it sets them" {
  new_topic
  template='%T|%{time}|%o\n'
  [ "$(kproduce -qJ "$topic" --report "$template" <<< '{"value":"a","timestamp":1700000000000}')" = '-1|-|0' ]
  ktopics config -q "$topic" message.timestamp.type=LogAppendTime
  before=$(date +%s%3N)
  IFS='|' read -r timestamp time offset < <(kproduce -qJ "$topic" --report "$template" <<< '{"value":"b","timestamp":1700000000000}')
  [ "$before" -le "$timestamp" ]
  [ "$timestamp" -le "$(date +%s%3N)" ]
  [ "$(date -d "$time" +%s%3N)" = "$timestamp" ]
  [[ $time == *Z ]]
  [ "$(kconsume "$topic:0@$offset" -f '%T %{tstype} %s')" = "$timestamp LogAppendTime b" ]
}

@test "-v tells where batches went" {
  new_topic
  run kproduce -v "$topic" <<< x
  [[ $output == *"$topic [0]: 1 records from offset 0"* ]]
}
