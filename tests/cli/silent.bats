#!/usr/bin/env bats
# A broker that stands still with its sockets open.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }
teardown() { kill -CONT "$SERVER_PID"; }

# gives_up ACKS: kproduce does, in about the time that --timeout says, while it has more to send than sockets hold.
gives_up() {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  timeout 25 kproduce -v --acks "$1" --timeout 2s "$topic" "$BATS_TEST_TMPDIR/fifo" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  exec 4> "$BATS_TEST_TMPDIR/fifo"
  echo first >&4
  eventually grep -q "1 records from offset" "$BATS_TEST_TMPDIR/err"
  kill -STOP "$SERVER_PID"
  (head -c 60000000 /dev/zero | tr '\0' x | fold -w 999 >&4) 2> "$BATS_TEST_TMPDIR/ignored" 3>&- &
  feeder=$!
  exec 4>&-
  status=0
  wait %1 || status=$?
  wait $feeder || true
  [ "$status" -eq 5 ]
  grep -q "gave up after 2000 ms: REQUEST_TIMED_OUT" "$BATS_TEST_TMPDIR/err"
}

@test "kproduce gives up when --timeout is over" { gives_up all; }
@test "so it does without acknowledgements" { gives_up 0; }

# interrupt: a kproduce that waits for the answer to its second record gets SIGINT, and goes on waiting; it is $pid.
interrupt() {
  new_topic
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  # Started by a shell that lets SIGINT through: bash ignores it for what it runs in the background.
  bash -c 'trap - INT; exec "$0" "$@"' env --default-signal=INT kproduce -v "$topic" "$BATS_TEST_TMPDIR/fifo" \
    2> "$BATS_TEST_TMPDIR/err" 3>&- &
  pid=$!
  exec 4> "$BATS_TEST_TMPDIR/fifo"
  echo first >&4
  eventually grep -q "1 records from offset" "$BATS_TEST_TMPDIR/err"
  kill -STOP "$SERVER_PID"
  echo second >&4
  sleep 0.5
  kill -INT $pid
  sleep 0.5
  kill -0 $pid
}

@test "kproduce: SIGINT ends the input; what was taken is waited for and told of" {
  interrupt
  kill -CONT "$SERVER_PID"
  status=0
  wait $pid || status=$?
  exec 4>&-
  [ $status -eq 130 ]
  [ "$(tail -n 1 "$BATS_TEST_TMPDIR/err")" = "kproduce: acknowledged 2 of 2; all up to line 2; first not: line 3, byte 13" ]
  [ "$(kconsume "$topic")" = $'first\nsecond' ]
}

@test "kproduce: a second SIGINT ends it at once" {
  interrupt
  before=$(date +%s%3N)
  kill -INT $pid
  status=0
  wait $pid || status=$?
  [ $status -eq 130 ]
  [ $(($(date +%s%3N) - before)) -lt 2000 ]
  exec 4>&-
  run ! grep -q acknowledged "$BATS_TEST_TMPDIR/err"
}

# gives_up_soon COMMAND...: what has a second to hear from a broker gives up, with 5 and its reason, and not long after.
gives_up_soon() {
  SECONDS=0
  expect_error 5 "REQUEST_TIMED_OUT: " timeout 25 "$@" --timeout 1s
  [ $SECONDS -lt 8 ]  # the usual patience is 10 s
}

@test "ktopics and kconsume give up when --timeout is over: a broker that never says anything" {
  slow_server
  for words in 'ktopics list' 'ktopics describe t' 'kconsume t'; do
    # shellcheck disable=SC2086  # several words
    gives_up_soon $words -b "$slow"
    grep -q "$slow: no answer in time" "$BATS_TEST_TMPDIR/err"
  done
  kill "$listener"
}

@test "so they do if it falls silent in between" {
  new_topic
  seq 300000 | kproduce -q "$topic"
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  kconsume "$topic" -X max.partition.fetch.bytes=10000 -X fetch.max.bytes=10000 --timeout 1s > "$BATS_TEST_TMPDIR/fifo" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  reader=$!
  exec 4< "$BATS_TEST_TMPDIR/fifo"
  ktopics list "$topic" -w --interval 10ms --timeout 1s > "$BATS_TEST_TMPDIR/listed" 2> "$BATS_TEST_TMPDIR/err2" 3>&- &
  watcher=$!
  eventually test -s "$BATS_TEST_TMPDIR/listed"
  head -n 1 <&4 > "$BATS_TEST_TMPDIR/out"
  kill -STOP "$SERVER_PID"
  SECONDS=0
  timeout 25 cat <&4 > "$BATS_TEST_TMPDIR/out"
  exec 4<&-
  for pid in $reader $watcher; do
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 5 ]
    [ $SECONDS -lt 8 ]
  done
  cat "$BATS_TEST_TMPDIR/err"*
  grep -q "^kconsume: .*REQUEST_TIMED_OUT" "$BATS_TEST_TMPDIR/err"
  grep -q "^ktopics: .*REQUEST_TIMED_OUT" "$BATS_TEST_TMPDIR/err2"
}

@test "kconsume -F tells of it, and goes on when it is back" {
  new_topic
  kconsume -v -F -n 1 --timeout 2s "$topic" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  pid=$!
  eventually grep -q "from offset 0 on" "$BATS_TEST_TMPDIR/err"
  kill -STOP "$SERVER_PID"
  eventually grep -q "waiting: REQUEST_TIMED_OUT" "$BATS_TEST_TMPDIR/err"
  kill -CONT "$SERVER_PID"
  echo x | kproduce -q "$topic"
  wait $pid
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = x ]
}
