#!/usr/bin/env bash
# What the tests of the tools share. The programs are those in PATH, else those of build/release. It is by `set -e` that bats
# sees a failure: no test turns it off.

command -v kserver > /dev/null || PATH=${BATS_TEST_DIRNAME}/../../build/release/bin:$PATH
export LC_ALL=C.UTF-8 TZ=UTC
bats_require_minimum_version 1.5.0
unset KSTREAM_PROFILE NO_COLOR
[ -n "${SERVER_PID:-}" ] || unset KSTREAM_SERVER  # this file is read anew for each test
export XDG_CONFIG_HOME=/nonexistent

# Starts a kserver of this file's own on a free port, and sets KSTREAM_SERVER. For setup_file.
start_server() {
  local folder=$BATS_FILE_TMPDIR/server
  mkdir -p "$folder"
  kserver -X listeners=PLAINTEXT://127.0.0.1:0 -X "log.dirs=$folder/data" "$@" > "$folder/out" 2> "$folder/err" 3>&- &
  export SERVER_PID=$!
  for _ in {1..100}; do
    read -r _ KSTREAM_SERVER < <(grep '^ready ' "$folder/out") && break
    sleep 0.1
  done
  [ -n "$KSTREAM_SERVER" ] || cat "$folder/err" >&2
  export KSTREAM_SERVER
  [ -n "$KSTREAM_SERVER" ]
}

# begin_server PORT: starts a kserver of one test's own, which that test kills, and sets server (its process) and address.
# Its folder is $folder, and may have been another one's that was killed.
# shellcheck disable=SC2034  # the test uses them
begin_server() {
  : > "$folder/out"
  kserver -X listeners="PLAINTEXT://127.0.0.1:$1" -X "log.dirs=$folder/data" > "$folder/out" 2> "$folder/err" 3>&- &
  server=$!
  eventually grep -q '^ready ' "$folder/out"
  read -r _ address < <(grep '^ready ' "$folder/out")
}

# slow_server: a listener that never answers, at $slow, until its process $listener is killed.
# shellcheck disable=SC2034  # the tests use them
slow_server() {
  python3 -c '
import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
print("127.0.0.1:%d" % s.getsockname()[1], flush=True)
time.sleep(60)' > "$BATS_TEST_TMPDIR/slow" 3>&- &
  listener=$!
  eventually test -s "$BATS_TEST_TMPDIR/slow"
  slow=$(cat "$BATS_TEST_TMPDIR/slow")
}

# For teardown_file. What the server left must be whole.
stop_server() {
  if kill "$SERVER_PID"; then wait "$SERVER_PID" || true; fi
  kserver verify "$BATS_FILE_TMPDIR/server/data" > /dev/null
}

# A topic that no other test uses, with $1 partitions.
new_topic() {
  topic=t-$BATS_TEST_NUMBER-$RANDOM
  ktopics create "$topic" -p "${1:-1}" -q
}

# eventually COMMAND...: the command succeeds within 20 s.
eventually() {
  for _ in {1..200}; do
    if "$@"; then return; fi
    sleep 0.1
  done
  echo "never: $*"
  return 1
}

# expect STATUS TEXT COMMAND...: the command exits so, says nothing on stdout, and TEXT is in what it says on stderr.
expect_error() {
  local wanted=$1 text=$2 got=0
  shift 2
  "$@" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" < /dev/null || got=$?
  if [ "$got" != "$wanted" ] || [ -s "$BATS_TEST_TMPDIR/out" ] || ! grep -qF -e "$text" "$BATS_TEST_TMPDIR/err"; then
    echo "$*: exit $got, stdout: $(head -c 300 "$BATS_TEST_TMPDIR/out"), stderr: $(cat "$BATS_TEST_TMPDIR/err")"
    return 1
  fi
}
