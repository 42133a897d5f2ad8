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
