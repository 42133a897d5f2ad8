#!/usr/bin/env bats
# Pipes, files, terminals and signals.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() {
  start_server
  ktopics create big -q
  seq 300000 | kproduce -q big
}
teardown_file() { stop_server; }

@test "a reader that leaves ends kconsume silently with 0" {
  kconsume big 2> "$BATS_TEST_TMPDIR/err" | head -n 3 > "$BATS_TEST_TMPDIR/out"
  [ "${PIPESTATUS[0]}" -eq 0 ]
  [ ! -s "$BATS_TEST_TMPDIR/err" ]
  [ "$(tr -d '\n' < "$BATS_TEST_TMPDIR/out")" = 123 ]
}

@test "so it does while it waits for records" {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  kconsume -F "$topic" > "$BATS_TEST_TMPDIR/fifo" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  pid=$!
  exec 4< "$BATS_TEST_TMPDIR/fifo"
  sleep 0.5
  kill -0 $pid
  exec 4<&-
  wait $pid
  [ ! -s "$BATS_TEST_TMPDIR/err" ]
}

# Nothing comes for as long as the server waits for more.
@test "so it does before there is anything to write: while --tail counts, while --diff compares" {
  ktopics create early-a early-b -q
  for t in early-a early-b; do echo x | kproduce -q "$t"; done
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  for how in '--tail 1 --grep none' '--diff early-b'; do
    # shellcheck disable=SC2086  # flags and their values
    kconsume early-a $how -X fetch.min.bytes=1000000 -X fetch.max.wait.ms=30000 > "$BATS_TEST_TMPDIR/fifo" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
    pid=$!
    exec 4< "$BATS_TEST_TMPDIR/fifo"
    sleep 0.5
    kill -0 "$pid"
    exec 4<&-
    SECONDS=0
    wait "$pid"
    [ $SECONDS -lt 10 ]
    [ ! -s "$BATS_TEST_TMPDIR/err" ]
  done
}

@test "a full disk: exit 1 and the last offset written" {
  status=0
  kconsume big > /dev/full 2> "$BATS_TEST_TMPDIR/err" || status=$?
  [ $status -eq 1 ]
  grep -q "stdout: No space left on device; written up to: nothing" "$BATS_TEST_TMPDIR/err"
  status=0
  (ulimit -f 16; trap '' XFSZ; kconsume big > "$BATS_TEST_TMPDIR/out") 2> "$BATS_TEST_TMPDIR/err" || status=$?
  [ $status -eq 1 ]
  # Line N is offset N - 1; the last line may be torn by the disk.
  whole=$(tail -c +1 "$BATS_TEST_TMPDIR/out" | wc -l)
  grep -q "written up to big \[0\] offset $((whole - 1))$" "$BATS_TEST_TMPDIR/err"
}

@test "a full disk: what ktopics did is done, and 1 says that its answer is lost" {
  for words in list 'describe big' 'offsets big' 'config big retention.ms' 'create full' 'alter full -p 2 -y' 'delete full -y'; do
    run --separate-stderr bash -c "ktopics $words > /dev/full"
    [ "$status" -eq 1 ]
    [ "$stderr" = "ktopics: stdout: No space left on device" ]
  done
  [ -z "$(ktopics list full)" ]
}

@test "SIGINT, SIGHUP: whole records, and death by that signal" {
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  for signal in INT HUP; do
    # Started by a shell that lets SIGINT through: bash ignores it for what it runs in the background.
    bash -c 'trap - INT HUP; exec "$0" "$@"' env --default-signal=INT,HUP kconsume -F big > "$BATS_TEST_TMPDIR/fifo" 3>&- &
    pid=$!
    exec 4< "$BATS_TEST_TMPDIR/fifo"
    sleep 0.5
    kill -$signal $pid
    sleep 0.2
    cat <&4 > "$BATS_TEST_TMPDIR/out"
    exec 4<&-
    status=0
    wait $pid || status=$?
    [ $status -eq $((128 + $(kill -l $signal))) ]
    count=$(wc -l < "$BATS_TEST_TMPDIR/out")
    [ "$count" -lt 300000 ]
    seq "$count" | cmp - "$BATS_TEST_TMPDIR/out"
  done
}

@test "nohup" {
  new_topic
  nohup kconsume -F "$topic" > "$BATS_TEST_TMPDIR/read" 2> /dev/null 3>&- < /dev/null &
  pid=$!
  sleep 0.3
  kill -HUP $pid
  echo x | kproduce -q "$topic"
  eventually grep -qx x "$BATS_TEST_TMPDIR/read"
  kill $pid
  wait $pid || true
}

@test "a second SIGINT ends at once, also in the middle of a record" {
  new_topic
  head -c 900000 /dev/zero | tr '\0' x | kproduce -q "$topic"
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  bash -c 'trap - INT; exec "$0" "$@"' env --default-signal=INT kconsume -F "$topic" > "$BATS_TEST_TMPDIR/fifo" 3>&- &
  pid=$!
  exec 4< "$BATS_TEST_TMPDIR/fifo"
  sleep 0.5
  kill -INT $pid
  sleep 0.5
  kill -0 $pid  # the record is not through yet
  kill -INT $pid
  status=0
  wait $pid || status=$?
  [ $status -eq 130 ]
  [ "$(wc -c <&4)" -lt 900000 ]
  exec 4<&-
}

@test "a terminal is shown control characters, a pipe gets them" {
  new_topic
  printf 'a\033[31mb\377\n' | kproduce -q "$topic"
  [ "$(kconsume "$topic" | xxd -p)" = 611b5b33316d62ff0a ]
  run script -qec "kconsume --color never $topic" /dev/null
  [ "${output%$'\r'}" = 'a\x1B[31mb\xFF' ]
  run script -qec "kconsume --color never -f csv $topic" /dev/null
  [[ $output == *',a\x1B[31mb\xFF,'* ]]
  for format in batch frame; do
    run script -qec "kconsume -f $format $topic" /dev/null
    [[ $output == *"-f $format is nothing for a terminal"* ]]
  done
  run script -qec "kconsume --raw-terminal $topic" /dev/null
  [[ $output == *$'a\e[31mb'* ]]
}

@test "--progress" {
  new_topic
  seq 300 | kproduce -q "$topic"
  kconsume "$topic" --pace 1x --progress always 2> "$BATS_TEST_TMPDIR/quick" > /dev/null
  [ ! -s "$BATS_TEST_TMPDIR/quick" ]
  (seq 100; sleep 1.3; seq 100) | kproduce "$topic" --progress always 2> "$BATS_TEST_TMPDIR/err"
  grep -Eqx 'kproduce: [0-9]+ records, [0-9.]+ MB, [0-9.]+ MB/s' "$BATS_TEST_TMPDIR/err"
  (seq 100; sleep 1.3; seq 100) | kproduce -q "$topic" --progress always 2> "$BATS_TEST_TMPDIR/err"
  [ ! -s "$BATS_TEST_TMPDIR/err" ]
  kconsume "$topic" --progress always -F --idle-timeout 1300ms 2> "$BATS_TEST_TMPDIR/err" > /dev/null
  grep -Eqx 'kconsume: 700 records, 0.0 MB, 0.0 MB/s' "$BATS_TEST_TMPDIR/err"
  # On a terminal the line changes, and is gone at the end; stdout is none here.
  run script -qec "kconsume $topic -F --idle-timeout 700ms > /dev/null" /dev/null
  [[ $output == *$'\r\e[Kkconsume: 700 records, '* ]]
  [[ $output == *$'\r\e[K' ]]
  # Whoever reads a pipe may write to the terminal, too.
  run script -qec "kconsume $topic -F --idle-timeout 700ms | wc -l" /dev/null
  [ "${output%$'\r'}" = 700 ]
  run script -qec "kconsume $topic -F --idle-timeout 700ms --progress never > /dev/null" /dev/null
  [ -z "$output" ]
  # What is sent comes to no terminal; what is counted or copied neither.
  run script -qec "(seq 100; sleep 0.7; seq 100) | kproduce $topic" /dev/null
  [[ $output == $'kproduce: 100 records, '*$'\r\e[Kkproduce: acknowledged 200 of 200'* ]]
  run script -qec "(seq 100; sleep 0.7; seq 100) | kproduce -q $topic --report '%o '" /dev/null
  [[ $output != *records* ]]
  run script -qec "kproduce $topic" /dev/null < <(echo typed; sleep 0.7; printf '\4')
  [[ $output == *"acknowledged 1 of 1"* && $output != *records* ]]
  run script -qec "kconsume $topic --stats -F --idle-timeout 700ms" /dev/null
  [[ $output == *$'\r\e[Kkconsume: 1101 records, '* ]]
  expect_error 2 "--progress is auto, always or never" kconsume t --progress maybe
  expect_error 2 "--progress is auto, always or never" kproduce t --progress maybe
}

@test "a terminal gets tables, a pipe gets plain" {
  run script -qec "ktopics list big" /dev/null
  [[ $output == *TOPIC*big* ]]
  [[ $output == *$'\e[1mTOPIC\e[0m'* ]]
  NO_COLOR=1 run script -qec "ktopics list big" /dev/null
  [[ $output == TOPIC*big* ]]
  [ "$(ktopics list big | cat)" = big ]
}

@test "stdout that is closed: 1, in one line" {
  local status=0
  kconsume big >&- 2> "$BATS_TEST_TMPDIR/err" || status=$?
  [ "$status" -eq 1 ]
  [ "$(cat "$BATS_TEST_TMPDIR/err")" = "kconsume: stdout: Bad file descriptor; written up to: nothing" ]
}

# peak PROGRAM...: runs it; its peak, in KiB, goes into a file of its name, added to what others of that name took.
peak() {
  python3 -c 'import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, *sys.argv[2:], file=open(sys.argv[1], "a"))
sys.exit(code)' "$BATS_TEST_TMPDIR/peaks" "$@"
}

# All that ran took less than 64 MB.
small() {
  cat "$BATS_TEST_TMPDIR/peaks"
  awk '$1 >= 65536 { exit 1 }' "$BATS_TEST_TMPDIR/peaks"
}

@test "memory stays below 64 MB whatever the input" {
  new_topic
  head -c 200000000 /dev/zero | tr '\0' x | fold -w 999 > "$BATS_TEST_TMPDIR/in"
  peak kproduce -q "$topic" "$BATS_TEST_TMPDIR/in"
  [ "$(peak kconsume "$topic" | wc -l)" -ge 200000 ]
  one=$topic
  new_topic 50
  peak kproduce -q "$topic" --partitioner round-robin "$BATS_TEST_TMPDIR/in"
  peak kconsume "$topic" > /dev/null
  peak kconsume "$topic" --merge > /dev/null
  peak kconsume "$topic" --tail 100000 > /dev/null
  peak kconsume "$topic" -f batch > /dev/null
  peak kconsume -q "$topic" --to "$one"
  peak kconsume "$topic" --exec 'wc -c' --batch 100000 > /dev/null
  small
}

# Lines of 1,000 bytes, which zstd makes small enough for any disk.
@test "so it does with 10 GB through both, and all of them come out" {
  new_topic
  ten_gigabytes() { yes "$(printf '%0999d' 7)" | head -c 10000000000; }
  ten_gigabytes | peak kproduce -q -z zstd "$topic"
  peak kconsume "$topic" | cmp - <(ten_gigabytes)
  small
}

@test "so it does with 50 partitions of records of one byte" {
  new_topic 50
  yes x | head -n 3000000 | peak kproduce -q "$topic" --partitioner round-robin
  peak kconsume "$topic" > /dev/null
  peak kconsume "$topic" --merge > /dev/null
  peak kconsume "$topic" --tail 100000 > /dev/null
  peak kconsume "$topic" --diff "$topic"
  small
}

@test "so it does with 50 partitions of what was compressed a hundred times" {
  new_topic 50
  head -c 300000000 /dev/zero | tr '\0' x | fold -w 999 | peak kproduce -q -z zstd "$topic" --partitioner round-robin
  peak kconsume "$topic" > /dev/null
  peak kconsume "$topic" --merge > /dev/null
  peak kconsume "$topic" --diff "$topic"
  small
}
