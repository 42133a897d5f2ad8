#!/usr/bin/env bats
# ktopics in the grammar of Kafka's tools: when it is chosen, and what it does. That output and exit status are those of
# the tools themselves is what tests/interop/kafka_grammar_test.py shows, where there is a Java.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() {
  start_server
  export LINKS=$BATS_FILE_TMPDIR/links
  mkdir "$LINKS"
  for link in kafka-topics.sh kafka-configs kafka-get-offsets.sh kafka-delete-records.sh kafka-acls.sh; do
    ln -s "$(command -v ktopics)" "$LINKS/$link"
  done
  ln -s "$(command -v kserver)" "$LINKS/kafka-dump-log.sh"
}
teardown_file() { stop_server; }

server() { "$1" --bootstrap-server "$KSTREAM_SERVER" "${@:2}"; }

@test "by the names of Kafka's tools" {
  PATH=$LINKS:$PATH
  [ "$(server kafka-topics.sh --create --topic by-name --partitions 2)" = "Created topic by-name." ]
  [ "$(server kafka-topics.sh --list --topic by-name)" = by-name ]
  [ "$(server kafka-configs --alter --topic by-name --add-config retention.ms=5)" = "Completed updating config for topic by-name." ]
  server kafka-topics.sh --describe --topic by-name | head -n 1 | grep -q $'PartitionCount: 2\tReplicationFactor: 1\tConfigs: retention.ms=5$'
  seq 5 | kproduce by-name -p 1 -q
  [ "$(server kafka-get-offsets.sh --topic by-name)" = $'by-name:0:0\nby-name:1:5' ]
  echo '{"partitions":[{"topic":"by-name","partition":1,"offset":3}],"version":1}' > "$BATS_TEST_TMPDIR/f"
  server kafka-delete-records.sh --offset-json-file "$BATS_TEST_TMPDIR/f" | grep -q $'^partition: by-name-1\tlow_watermark: 3$'
  server kafka-topics.sh --delete --topic 'by-.*'
  [ -z "$(ktopics list by-name)" ]
  expect_error 2 "ktopics is no kafka-acls; it is kafka-delete-records, kafka-configs, kafka-topics, kafka-get-offsets" kafka-acls.sh --list
}

@test "by an action without a verb" {
  [ "$(server ktopics --create --topic=by-action)" = "Created topic by-action." ]
  [ "$(server ktopics --list --topic by-action)" = by-action ]
  server ktopics --describe --topic by-action | grep -q $'\tTopic: by-action\tPartition: 0\t'
  [ "$(server ktopics --describe --entity-type topics --entity-name by-action)" = "Dynamic configs for topic by-action are:" ]
  [ "$(server ktopics --alter --topic by-action --add-config retention.ms=5)" = "Completed updating config for topic by-action." ]
  server ktopics --alter --topic by-action --partitions 3
  [ "$(ktopics describe by-action | wc -l)" -eq 3 ]
  echo '{"partitions":[]}' > "$BATS_TEST_TMPDIR/f"
  server ktopics --offset-json-file "$BATS_TEST_TMPDIR/f" | grep -q 'completed'
  server ktopics --create --topic list
  [ "$(server ktopics --topic list --list)" = list ]
}

@test "nothing is asked, and what failed exits with 1" {
  server ktopics --create --topic gone
  server ktopics --delete --topic gone < /dev/null
  run --separate-stderr server ktopics --delete --topic gone
  [ "$status" -eq 1 ]
  [ "$output" = "Error while executing topic command : Topic 'gone' does not exist as expected" ]
  run --separate-stderr ktopics --list
  [ "$status" -eq 1 ]
  [ "$stderr" = "--bootstrap-server must be specified" ]
  run --separate-stderr "$LINKS/kafka-topics.sh" --help
  [ "$status" -eq 1 ]
  [[ $stderr == "This tool helps to create, delete, describe, or change a topic."*"--replication-factor <"* ]]
  run "$LINKS/kafka-topics.sh" --version
  [ "ktopics $output" = "$(ktopics --version)" ]
}

@test "two grammars in one line: 2, and both are named" {
  expect_error 2 "'-J' belongs to ktopics's own grammar, --list to that of Kafka's tools" ktopics --list -J
  expect_error 2 "'list' belongs to ktopics's own grammar, --exclude-internal to that" ktopics list --exclude-internal
  expect_error 2 "'delete' belongs to ktopics's own grammar, --delete to that" ktopics delete --delete --topic x
  expect_error 2 "'--dry-run' belongs to ktopics's own grammar, --create to that" ktopics --create --topic x --dry-run
  expect_error 2 "nope is not a recognized option, with --list; or say ktopics VERB" ktopics --list --nope
}

@test "no word of our own grammar is taken for one of Kafka's" {
  ktopics create own --config retention.ms=5s --partitions 1 --if-not-exists --bootstrap-server "$KSTREAM_SERVER" -q
  ktopics --bootstrap-server "$KSTREAM_SERVER" describe --topic own | grep -q own
  [ "$(ktopics list -- own)" = own ]
  [ "$(ktopics --columns topic list own)" = own ]
}

@test "--command-config, and what is no broker" {
  printf 'linger.ms=x\n' > "$BATS_TEST_TMPDIR/f"
  expect_error 1 "f:1: " server ktopics --list --command-config "$BATS_TEST_TMPDIR/f"
  printf 'client.id=me\n' > "$BATS_TEST_TMPDIR/f"
  server ktopics --list --command-config "$BATS_TEST_TMPDIR/f"
  expect_error 1 "/nonexistent" server ktopics --list --command-config /nonexistent
  expect_error 1 '"x:y:z" is not host:port' ktopics --list --bootstrap-server x:y:z
}

@test "kafka-dump-log: files of a log" {
  dump=$LINKS/kafka-dump-log.sh
  new_topic
  seq 3 | kproduce "$topic" -q
  log=$BATS_FILE_TMPDIR/server/data/$topic-0/00000000000000000000.log
  "$dump" --files "$log" --print-data-log > "$BATS_TEST_TMPDIR/out"
  sed -n 1,2p "$BATS_TEST_TMPDIR/out" | grep -qx "Log starting offset: 0"
  grep -q ' payload: 3$' "$BATS_TEST_TMPDIR/out"
  "$dump" --files="$log" --value-decoder-class org.apache.kafka.common.serialization.BytesDeserializer --skip-record-metadata |
    grep -qx '| payload: 2'
  expect_error 1 "Missing required argument \"[files]\"" "$dump" --deep-iteration
  expect_error 1 "--offsets-decoder decodes a topic that kserver does not have yet" "$dump" --files "$log" --offsets-decoder
  expect_error 1 "no class of other people's can be loaded here, nor com.x.Y" "$dump" --files "$log" --key-decoder-class com.x.Y
  run --separate-stderr "$dump" --files "$log,$log" --value-decoder-class org.apache.kafka.tools.api.LongDecoder
  [ "$status" -eq 1 ]
  [ "$stderr" = "Size of data received by LongDeserializer is not 8" ]
  "$dump" --files "$log" | head -c 1 > /dev/null
  run "$dump" --version
  [ "kserver $output" = "$(kserver --version)" ]
  expect_error 2 "'dump' belongs to kserver's own grammar, --files to that of Kafka's tools" kserver dump --files "$log"
}
