#!/usr/bin/env bats
# Whole record batches: kconsume -f batch prints them as they are stored, kproduce -f batch sends them as they are.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }

# The bytes of each batch that a broker may not set itself: all from its attributes on.
bodies() {
  python3 -c 'import sys
data = sys.stdin.buffer.read()
while data:
    size = 12 + int.from_bytes(data[8:12], "big")
    print(data[17:size].hex())  # the CRC and what it covers
    data = data[size:]'
}

@test "batches come and go unchanged, whatever their codec" {
  new_topic
  ktopics create "$topic-2" -q -p 2
  for codec in none gzip snappy lz4 zstd; do
    seq 500 | sed "s/.*/$codec &:value &/" | kproduce -q -z $codec -K : -H codec=$codec "$topic"
  done
  kconsume "$topic" -f batch > "$BATS_TEST_TMPDIR/batches"
  run --separate-stderr kproduce "$topic-2" -p 1 -f batch "$BATS_TEST_TMPDIR/batches"
  [ "$status" -eq 0 ]
  [[ $stderr =~ acknowledged\ ([0-9]+)\ of\ ([0-9]+) ]]
  [ "${BASH_REMATCH[1]}" -ge 5 ]
  diff <(bodies < "$BATS_TEST_TMPDIR/batches") <(kconsume "$topic-2:1" -f batch | bodies)
  diff <(kconsume -J "$topic" | jq -c 'del(.topic, .partition)') <(kconsume -J "$topic-2" | jq -c 'del(.topic, .partition)')
  kconsume "$topic:0@1000..1001" -f batch > "$BATS_TEST_TMPDIR/one"
  [ "$(bodies < "$BATS_TEST_TMPDIR/one" | wc -l)" -eq 1 ]
}

@test "a broker's own batches are as they are on its disk" {
  new_topic
  seq 1000 | kproduce -q -z lz4 "$topic"
  cmp <(kconsume "$topic" -f batch) "$(echo "$BATS_FILE_TMPDIR/server/data/$topic-0/"*.log)"
}

@test "what is no batch is refused, with its place" {
  new_topic
  seq 3 | kproduce -q "$topic"
  kconsume "$topic" -f batch > "$BATS_TEST_TMPDIR/good"
  { cat "$BATS_TEST_TMPDIR/good"; head -c 70 "$BATS_TEST_TMPDIR/good"; } > "$BATS_TEST_TMPDIR/torn"
  run kproduce "$topic" -p 0 -f batch "$BATS_TEST_TMPDIR/torn"
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == *"batch 2, byte $(stat -c %s "$BATS_TEST_TMPDIR/good"): the input ends within a batch" ]]
  [ "$(kconsume "$topic" | wc -l)" -eq 6 ]
  { head -c 65 "$BATS_TEST_TMPDIR/good"; printf X; tail -c +67 "$BATS_TEST_TMPDIR/good"; } > "$BATS_TEST_TMPDIR/bad"
  run kproduce "$topic" -p 0 -f batch "$BATS_TEST_TMPDIR/bad"
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == *"CORRUPT_MESSAGE: not one whole batch with the right CRC"* ]]
  run kproduce "$topic" -p 0 -f batch <<< 'lines are no batches, however long they may be; this one is long enough'
  [ "$status" -eq 1 ]
  expect_error 2 "-f batch wants -p N" kproduce t -f batch
  expect_error 2 "-f batch sends batches as they are" kproduce t -f batch -p 0 -z zstd
  expect_error 2 "-f batch prints whole batches" kconsume t -f batch --grep x
  expect_error 2 "-f batch is for stdout" kconsume t -f batch --to u
}
