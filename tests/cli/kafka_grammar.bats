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
  for link in kafka-dump-log.sh kafka-storage.sh kafka-server-start.sh; do
    ln -s "$(command -v kserver)" "$LINKS/$link"
  done
  ln -s "$(command -v kproduce)" "$LINKS/kafka-console-producer.sh"
  ln -s "$(command -v kconsume)" "$LINKS/kafka-console-consumer.sh"
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

@test "kafka-console-producer, and kproduce --topic" {
  new_topic
  printf 'a\nb' | server "$LINKS/kafka-console-producer.sh" --topic "$topic" > "$BATS_TEST_TMPDIR/out" 2>&1
  [ ! -s "$BATS_TEST_TMPDIR/out" ]
  printf 'x:1,y:\tk\tv\n' | server kproduce --topic "$topic" --sync --property parse.key=true --property parse.headers=true > "$BATS_TEST_TMPDIR/out"
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = "Warning: --property is deprecated and will be removed in a future version. Use --reader-property instead." ]
  [ "$(kconsume "$topic" -f '%k|%s|%h\n')" = $'|a|\n|b|\nk|v|x=1,y=' ]
  # What failed is told, and exits with 1; what came before is there.
  run --separate-stderr server kproduce --topic "$topic" --reader-property parse.key=true <<< $'k\tv2\nno key'
  [ "$status" -eq 1 ]
  [[ $stderr == *"No key separator found on line number 2: 'no key'"* ]]
  [ "$(kconsume "$topic" --tail 1)" = v2 ]
  run --separate-stderr kproduce --bootstrap-server 127.0.0.1:1 --topic "$topic" --max-block-ms 300 <<< x
  [ "$status" -eq 1 ]
  [[ $stderr == "kafka-console-producer: "*"127.0.0.1:1"* ]]
  server kproduce --topic "$topic-made" <<< x
  [ "$(kconsume "$topic-made")" = x ]
  expect_error 1 "Missing required argument \"[bootstrap-server]\"" kproduce --topic "$topic"
  expect_error 1 "--line-reader com.x.Y: no class can be loaded here" server kproduce --topic "$topic" --line-reader com.x.Y
  expect_error 1 "enable.idempotence" server kproduce --topic "$topic" --command-property enable.idempotence=true
  expect_error 1 "key.separator may not be empty" server kproduce --topic "$topic" --reader-property key.separator=
}

@test "kafka-console-consumer, and kconsume --topic" {
  consume() { server kconsume --topic "$topic" "$@" 2> "$BATS_TEST_TMPDIR/err"; }
  new_topic 2
  printf 'k=v\n' | kproduce "$topic" -q -p 1 -K = -H h=1
  printf 'w\n' | kproduce "$topic" -q -p 0
  [ "$(consume --from-beginning --max-messages 2 | sort)" = $'v\nw' ]
  [ "$(cat "$BATS_TEST_TMPDIR/err")" = "Processed a total of 2 messages" ]
  [ "$(consume --partition 1 --offset 0 --max-messages 1 --property print.key=true --property print.headers=true --property key.separator=' ')" \
    = "Option --property is deprecated and will be removed in a future version. Use --formatter-property instead."$'\nh:1 k v' ]
  [ "$(server "$LINKS/kafka-console-consumer.sh" --include "$topic|none" --from-beginning --timeout-ms 500 | sort)" = $'v\nw' ]
  [ -z "$(consume --timeout-ms 100)" ]
  [ "$(consume --from-beginning --max-messages 2 --value-deserializer org.apache.kafka.common.serialization.ShortDeserializer \
    --skip-message-on-error --enable-systest-events)" = shutdown_complete ]
  grep -q 'offset 0: Size of data received by ShortDeserializer is not 2; it is skipped' "$BATS_TEST_TMPDIR/err"
  expect_error 1 "no class can be loaded here" server kconsume --topic "$topic" --formatter com.x.Y
  expect_error 1 "no class of other people's can be loaded here" server kconsume --topic "$topic" --key-deserializer com.x.Y
  expect_error 1 "--group g: there are no consumer groups yet" server kconsume --topic "$topic" --group g
  expect_error 1 "group.id" server kconsume --topic "$topic" --command-property group.id=g
  expect_error 1 "/nonexistent" server kconsume --topic "$topic" --command-config /nonexistent
}

@test "kafka-console-consumer waits for a topic, and for its end by a signal" {
  later=later-$RANDOM
  server kconsume --topic "$later" --command-property allow.auto.create.topics=false --timeout-ms 300 2> "$BATS_TEST_TMPDIR/err"
  [ "$(cat "$BATS_TEST_TMPDIR/err")" = "Processed a total of 0 messages" ]
  expect_error 3 "no topic" ktopics describe "$later"
  kconsume --bootstrap-server "$KSTREAM_SERVER" --topic "$later" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
  consumer=$!
  eventually ktopics describe "$later" -q > /dev/null 2>&1
  echo hello | kproduce "$later" -q
  eventually grep -qx hello "$BATS_TEST_TMPDIR/out"
  kill -INT "$consumer"
  status=0
  wait "$consumer" || status=$?
  [ "$status" -eq 130 ]
  [ "$(cat "$BATS_TEST_TMPDIR/err")" = "Processed a total of 1 messages" ]
}

@test "kproduce and kconsume: their own grammar where there is a word" {
  new_topic
  echo x > "$BATS_TEST_TMPDIR/f"
  kproduce --topic "$topic" "$BATS_TEST_TMPDIR/f" -q
  kproduce "$topic" -q --create < "$BATS_TEST_TMPDIR/f"
  kproduce -t "$topic" -q < "$BATS_TEST_TMPDIR/f"
  [ "$(kconsume -t "$topic" | wc -l)" -eq 3 ]
  expect_error 2 "'-J' belongs to kconsume's own grammar, --topic to that of Kafka's tools" kconsume --topic "$topic" -J
  expect_error 2 "'-z' belongs to kproduce's own grammar, --topic to that of Kafka's tools" kproduce --topic "$topic" -z gzip
  expect_error 2 "nope is not a recognized option, with --topic; or say kconsume TOPIC" kconsume --topic "$topic" --nope
  ln -s "$(command -v kproduce)" "$BATS_TEST_TMPDIR/kafka-acls.sh"
  expect_error 2 "kproduce is no kafka-acls; it is kafka-console-producer" "$BATS_TEST_TMPDIR/kafka-acls.sh"
}

@test "kafka-storage and kafka-server-start: from a properties file to a server, and back" {
  folder=$BATS_TEST_TMPDIR
  printf 'process.roles=broker,controller\nnode.id=2\nlisteners=PLAINTEXT://127.0.0.1:0\nlog.dirs=%s/data\n' "$folder" > "$folder/server.properties"
  storage=$LINKS/kafka-storage.sh start=$LINKS/kafka-server-start.sh
  id=$("$storage" random-uuid)
  [ ${#id} -eq 22 ]
  expect_error 1 "you must specify one of the following: --standalone" "$storage" format -t "$id" -c "$folder/server.properties"
  [ "$("$storage" format -t "$id" -c "$folder/server.properties" --standalone)" = \
    "Formatting dynamic metadata voter directory $folder/data with metadata.version 4.4-IV2." ]
  [[ $("$storage" info -c "$folder/server.properties") == *"Found metadata: {cluster.id=$id, directory.id="*", node.id=2, version=1}"* ]]
  "$storage" version-mapping | grep -qx 'metadata.version=33 (4.4-IV2)'
  [ "$("$storage" feature-dependencies -f metadata.version=33)" = "metadata.version=33 (4.4-IV2) has no dependencies." ]
  expect_error 1 "Unknown metadata.version '3.9'" "$storage" version-mapping --release-version 3.9
  expect_error 1 "--add-scram: there are no users yet" "$storage" format -t "$id" -c "$folder/server.properties" -s -g -S 'SCRAM-SHA-256=[name=a,password=b]'
  expect_error 1 "a cluster is one server yet" "$storage" format -t "$id" -c "$folder/server.properties" -N -g
  expect_error 1 "must name this server, and no other yet" "$storage" format -t "$id" -c "$folder/server.properties" -g -I "3@h:9:$id"
  sed -i "s,/data,/other," "$folder/server.properties"
  "$storage" format -t "$id" -c "$folder/server.properties" -I "2@h:9:$id" > /dev/null
  grep -qx "directory.id=$id" "$folder/other/meta.properties"
  expect_error 1 "unrecognized arguments: 'x'" "$storage" random-uuid x
  "$storage" format --help | grep -q -e '--initial-controllers <'
  "$start" "$folder/server.properties" --override num.shards=1 > "$folder/out" 2> "$folder/err" 3>&- &
  server=$!
  eventually grep -q '^ready ' "$folder/out"
  [ "$(kserver status -c "$folder/server.properties" -f plain | grep node_id)" = $'node_id\t2' ]
  kill "$server"
  wait "$server"
}

@test "kafka-server-start: what it refuses, and in the background" {
  start=$LINKS/kafka-server-start.sh folder=$BATS_TEST_TMPDIR
  expect_error 1 "USAGE: kafka-server-start.sh [-daemon] server.properties" "$start"
  expect_error 1 "Found non argument parameters: b" "$start" a b
  expect_error 1 "nope is not a recognized option" "$start" a --nope
  expect_error 1 "Option override requires an argument" "$start" a --override
  expect_error 1 "/nonexistent: cannot be read" "$start" /nonexistent
  [ "kserver $("$start" --version)" = "$(kserver --version)" ]
  printf 'listeners=PLAINTEXT://127.0.0.1:0\nlog.dirs=%s/data\n' "$folder" > "$folder/f"
  expect_error 1 '"node.id" must be' "$start" -daemon "$folder/f" --override node.id=x
  (cd "$folder" && LOG_DIR=$folder/logs "$start" -daemon f)
  eventually grep -q '^ready ' "$folder/logs/kafkaServer.out"
  kserver status -q -X "log.dirs=$folder/data"
  kill "$(kserver check -X "log.dirs=$folder/data" | sed -n 's/.* process \([0-9]*\): .*/\1/p')"
  stopped() { ! kserver status -q -X "log.dirs=$folder/data"; }
  eventually stopped
}
