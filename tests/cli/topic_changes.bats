#!/usr/bin/env bats
# What ktopics changes, and looks into, against a kserver.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }

line() { tr '\n' ' '; }

# A new topic with $1 records in its one partition.
filled_topic() {
  new_topic
  seq "$1" | kproduce -q "$topic"
}

@test "config: the bare value, what is set, and all" {
  new_topic
  ktopics config "$topic" retention.ms=7d -q
  [ "$(ktopics config "$topic" retention.ms)" = 604800000 ]
  run --separate-stderr ktopics config "$topic"
  [ "$(cut -f 1-4 <<< "$output")" = "$topic"$'\tretention.ms\t604800000\ttopic' ]
  [ "$(ktopics config "$topic" -a | wc -l)" -gt 20 ]
  ktopics config "$topic" -a -f csv | grep -q "^$topic,max.message.bytes,1048588,default,1048588"
  ktopics config "$topic" retention.ms -J | jq -e '.value == "604800000" and .source == "topic" and .type == "long"
    and .synonyms[0].config == "retention.ms" and (.documentation | length) > 0'
  [ "$(ktopics config "$topic" retention.ms cleanup.policy | cut -f 2,3 | tr '\t\n' '= ')" = "retention.ms=604800000 cleanup.policy=delete " ]
}

@test "config: a change says how to undo it, and that does" {
  new_topic
  run --separate-stderr ktopics config "$topic" retention.ms=1h max.message.bytes=2MiB
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = "$topic"$'\tretention.ms\t604800000\tset\t3600000' ]
  [ "$stderr" = "ktopics: to undo it: ktopics config $topic --unset retention.ms --unset max.message.bytes" ]
  run --separate-stderr ktopics config "$topic" retention.ms=2h
  [ "$stderr" = "ktopics: to undo it: ktopics config $topic retention.ms=3600000" ]
  ${stderr#*to undo it: } -q
  [ "$(ktopics config "$topic" retention.ms)" = 3600000 ]
  ktopics config "$topic" --unset retention.ms -J -v | jq -e '.change == "unset" and .before == "3600000" and .value == null'
  [ "$(ktopics config "$topic" | cut -f 2)" = max.message.bytes ]
}

@test "config: dry run, and what the broker refuses" {
  new_topic
  run --separate-stderr ktopics config "$topic" retention.ms=5s --dry-run
  [ "$status" -eq 0 ]
  [[ $stderr == *"to undo it: ktopics config $topic --unset retention.ms"*"dry run: nothing was changed" ]]
  [ -z "$(ktopics config "$topic")" ]
  expect_error 1 "INVALID_CONFIG" ktopics config "$topic" no.such=1
  expect_error 1 "INVALID_CONFIG" ktopics config "$topic" no.such=1 --dry-run
  expect_error 3 "$topic has no config nothing" ktopics config "$topic" nothing
  expect_error 3 "; see: ktopics list" ktopics config not-there
  expect_error 3 "UNKNOWN_TOPIC_OR_PARTITION" ktopics config not-there retention.ms=5
}

@test "config: several topics, by -t and by -E; lists" {
  ktopics create many-a many-b -q
  ktopics config -t many-a -t many-b retention.ms=5s -q
  [ "$(ktopics config -E 'many-.*' | cut -f 1,3)" = $'many-a\t5000\nmany-b\t5000' ]
  ktopics config -E 'many-.' --unset retention.ms -q
  expect_error 3 "many-a has no config retention.sm; see: ktopics config many-a -a" ktopics config many-a --unset retention.sm
  [ -z "$(ktopics config 'many-*')" ]
  expect_error 1 "cleanup.policy" ktopics config many-a cleanup.policy+=compact
  ktopics config many-a cleanup.policy-=compact -J | jq -e '.change == "subtract"'
  run ktopics config -t many-a -t not-there retention.ms=5s
  [ "$status" -eq 1 ]
  [ "$(ktopics config many-a retention.ms)" = 5000 ]
}

@test "create --like: partitions and configs, but for what is said" {
  ktopics create model -p 3 -c retention.ms=5s -c max.message.bytes=5000 -q
  ktopics create alike --like model -c retention.ms=9s -q
  [ "$(ktopics describe alike | wc -l)" -eq 3 ]
  [ "$(ktopics config alike | cut -f 2,3 | tr '\t\n' '= ')" = "max.message.bytes=5000 retention.ms=9000 " ]
  ktopics create alike2 --like model -p 1 -q
  [ "$(ktopics describe alike2 | wc -l)" -eq 1 ]
  expect_error 3 "no topic is named not-there" ktopics create x --like not-there
}

@test "alter: more partitions, after -y" {
  new_topic 2
  expect_error 2 "would give 1 topic 5 partitions" ktopics alter "$topic" -p 5
  run --separate-stderr ktopics alter "$topic" -p 5 --dry-run
  [ "$status" -eq 0 ]
  [ "$output" = "$topic"$'\t2\t5' ]
  [ "$(ktopics describe "$topic" | wc -l)" -eq 2 ]
  ktopics alter "$topic" -p 5 -y -J | jq -e '.before == 2 and .partitions == 5 and .dry_run == false'
  [ "$(ktopics describe "$topic" | wc -l)" -eq 5 ]
  expect_error 4 "$topic has 5 partitions already" ktopics alter "$topic" -p 5 -y
  expect_error 1 "cannot be taken away" ktopics alter "$topic" -p 4 -y
  expect_error 3 "no topic is named not-there" ktopics alter not-there -p 3 -y
  ktopics alter not-there -p 3 -y --if-exists
  run ktopics alter "$topic" not-there -p 6 --execute
  [ "$status" -eq 1 ]
  [ "$(ktopics describe "$topic" | wc -l)" -eq 6 ]
}

@test "delete: prints what goes, and wants -y in a script" {
  filled_topic 100
  run --separate-stderr ktopics delete "$topic"
  [ "$status" -eq 2 ]
  [[ $stderr == "ktopics: would delete 1 topic with 1 partition, 100 records and "*": $topic; nothing was deleted: to do it add -y, to see it all add --dry-run" ]]
  ktopics delete "$topic" --dry-run -J | jq -e '.records == 100 and .bytes > 100 and .partitions == 1 and .dry_run'
  [ "$(ktopics list "$topic")" = "$topic" ]
  [ "$(ktopics delete "$topic" -y | cut -f 1-3)" = "$topic"$'\t1\t100' ]
  [ -z "$(ktopics list "$topic")" ]
  expect_error 3 "no topic is named $topic" ktopics delete "$topic" -y
  ktopics delete "$topic" -y --if-exists
}

@test "delete: by -E, from stdin, and partly" {
  ktopics create tmp-1 tmp-2 tmp-3 keep-tmp-4 -q
  ktopics list 'tmp-*' -f plain | head -n 2 | ktopics delete -y -q -
  [ "$(ktopics list '*tmp-*')" = $'keep-tmp-4\ntmp-3' ]
  ktopics delete -E 'tmp-\d' -y -q
  [ "$(ktopics list '*tmp-*')" = keep-tmp-4 ]
  ktopics delete -y - < /dev/null
  run --separate-stderr ktopics delete keep-tmp-4 not-there -y
  [ "$status" -eq 1 ]
  [ "$(cut -f 1 <<< "$output")" = keep-tmp-4 ]
  ktopics create list -q
  run ktopics delete list not-there --dry-run
  [ "$status" -eq 1 ]
  ktopics delete -q -y -- list
}

@test "delete: asks on a terminal" {
  new_topic
  run bash -c "echo n | script -qec 'ktopics delete $topic' /dev/null"
  [ "$status" -eq 1 ]
  [[ $output == *"shall I delete 1 topic with 1 partition, 0 records and 0 B: $topic? This cannot be undone. [y/N]"*"nothing was deleted"* ]]
  [ "$(ktopics list "$topic")" = "$topic" ]
  for answer in y ' YES '; do
    [ "$answer" = y ] || new_topic
    run bash -c "echo '$answer' | script -qec 'ktopics delete $topic' /dev/null"
    [ "$status" -eq 0 ]
    [ -z "$(ktopics list "$topic")" ]
  done
}

@test "alter and truncate ask on a terminal" {
  filled_topic 10
  # answered ANSWER COMMAND
  # shellcheck disable=SC2016  # they are of the inner shell
  answered() { run bash -c 'echo "$0" | script -qec "$1" /dev/null' "$@"; }
  answered '' "ktopics truncate $topic --to 4"
  [ "$status" -eq 1 ]
  [[ $output == *"shall I delete 4 records (about "*" B) of 1 partition: $topic? This cannot be undone. [y/N]"*"nothing was deleted"* ]]
  [ "$(ktopics offsets "$topic" --columns beginning)" = 0 ]
  answered y "ktopics truncate $topic --to 4"
  [ "$status" -eq 0 ]
  [ "$(ktopics offsets "$topic" --columns beginning)" = 4 ]
  answered no "ktopics alter $topic -p 3"
  [ "$status" -eq 1 ]
  [[ $output == *"shall I give 1 topic 3 partitions, so that keys may go to other partitions: $topic? This cannot be undone. [y/N]"*"nothing was altered"* ]]
  [ "$(ktopics describe "$topic" | wc -l)" -eq 1 ]
  answered yes "ktopics alter $topic -p 3"
  [ "$status" -eq 0 ]
  [ "$(ktopics describe "$topic" | wc -l)" -eq 3 ]
}

@test "offsets: ranges, positions and times" {
  filled_topic 40
  [ "$(ktopics offsets "$topic")" = "$topic"$'\t0\t0\t40\t40' ]
  [ "$(ktopics offsets "$topic:0" -o -5)" = "$topic"$'\t0\t35\t-' ]
  [ "$(ktopics offsets "$topic" -o end --columns offset)" = 40 ]
  [ "$(ktopics offsets "$topic" -o now --columns offset)" = 40 ]
  ktopics offsets "$topic" -o -1h -J | jq -e '.offset == 0 and (.time | endswith("Z"))'
  ktopics offsets "$topic" -J | jq -e '.beginning == 0 and .end == 40 and .records == 40'
  expect_error 3 "$topic has partitions 0 to 0" ktopics offsets "$topic:1"
  expect_error 3 "no topic is named not-there" ktopics offsets not-there
  run --separate-stderr ktopics offsets "$topic" not-there
  [ "$status $output" = "1 $topic"$'\t0\t0\t40\t40' ]
  [ "$(ktopics offsets "t-$BATS_TEST_NUMBER-*" --columns topic)" = "$topic" ]
  [ "$(ktopics offsets -E "t-$BATS_TEST_NUMBER-.*" --columns end --no-header -f csv)" = $'40\r' ]
}

@test "truncate: deletes in front of a position, after -y" {
  filled_topic 40
  size=$(ktopics describe "$topic" --size -J | jq .partitions[0].size)
  expect_error 2 "would delete 30 records (about $((size * 30 / 40)) B) of 1 partition: $topic" ktopics truncate "$topic" --to -10
  [ "$(ktopics truncate "$topic" --to -10 --dry-run)" = "$topic"$'\t0\t0\t30\t40\t30' ]
  run --separate-stderr ktopics truncate "$topic" --to @0000000009 --dry-run
  [[ $status -eq 0 && $stderr == *"@0000000009: 1970-01-01T00:00:09.000+00:00"* ]]
  [ "$(ktopics offsets "$topic" --columns beginning)" = 0 ]
  ktopics truncate "$topic" --to -10 -y -J | jq -e '.before == 0 and .beginning == 30 and .records == 30'
  [ "$(kconsume "$topic" | head -n 1)" = 31 ]
  ktopics truncate "$topic:0" --to 35 -y -q
  [ "$(ktopics offsets "$topic" --columns beginning)" = 35 ]
  run --separate-stderr ktopics truncate "$topic" --to 20 -y
  [ "$status" -eq 0 ]
  [ "$stderr" = "ktopics: there is no record to delete" ]
  expect_error 1 "$topic [0] ends at 40; see: ktopics offsets $topic" ktopics truncate "$topic" --to 100 -y
  ktopics truncate "$topic" --to end -y -q
  [ -z "$(kconsume "$topic")" ]
  expect_error 3 "no topic is named not-there" ktopics truncate not-there --to end -y
  ktopics truncate not-there --to end -y --if-exists
}

@test "sizes, columns and headers" {
  filled_topic 100
  size=$(ktopics list "$topic" --size | cut -f 2)
  [ "$size" -gt 100 ]
  [ "$(ktopics describe "$topic" --size --columns size)" = "$size" ]
  ktopics list "$topic" --size -J | jq -e ".size == $size"
  ktopics describe "$topic" --size -J | jq -e ".partitions[0].size == $size"
  [ "$(ktopics list "$topic" -f table --no-header)" = "$topic" ]
  [ "$(ktopics list "$topic" --columns partitions,topic)" = $'1\t'"$topic" ]
  [ "$(ktopics describe "$topic" -f csv --columns topic,leader)" = $'topic,leader\r\n'"$topic"$',1\r' ]
  [ "$(ktopics list "$topic" -f '%t has %{partitions}\n')" = "$topic has 1" ]
  [ "$(ktopics describe "$topic" -f '%t:%p %{isr}\n')" = "$topic:0 1" ]
  [ "$(ktopics config "$topic" retention.ms=9s -q --dry-run -f '%{change} %{value}')" = 'set 9000' ]
  ktopics describe "$topic" -J | jq -e '.partitions[0].eligible_leader_replicas == []'
}

@test "watching goes on until the reader leaves" {
  new_topic
  run timeout 20 bash -c "ktopics list $topic -w --interval 10ms | head -n 3"
  [ "$status" -eq 0 ]
  [ "$output" = "$topic"$'\n'"$topic"$'\n'"$topic" ]
}

@test "-E chooses" {
  ktopics create e-1 e-22 -q
  [ "$(ktopics list -E 'e-\d')" = e-1 ]
  [ "$(ktopics describe -E 'e-\d+' --columns topic)" = $'e-1\ne-22' ]
  [ -z "$(ktopics list -E 'e-')" ]
}

@test "-a: internal topics, too, where several are meant" {
  ktopics create __consumer_offsets __transaction_state __share_group_state __other -q
  [ "$(ktopics list '__*')" = __other ]
  [ "$(ktopics list -a '__*' | line)" = '__consumer_offsets __other __share_group_state __transaction_state ' ]
  [ "$(ktopics list -E '__.*')" = __other ]
  [ "$(ktopics list -aE '__.*' | wc -l)" -eq 4 ]
  [ "$(ktopics list | grep -c __)" -eq 1 ]
  [ "$(ktopics list --all | grep -c __)" -eq 4 ]
  ktopics list -a __consumer_offsets -J | jq -e .internal
  [ "$(ktopics describe '__*' --columns topic)" = __other ]
  [ "$(ktopics describe -a '__*' --columns topic | wc -l)" -eq 4 ]
  [ "$(ktopics describe --columns topic | grep -c __)" -eq 1 ]
  [ "$(ktopics describe -a --columns topic | grep -c __)" -eq 4 ]
  [ "$(ktopics describe __consumer_offsets --columns topic)" = __consumer_offsets ]
  [ "$(ktopics offsets -E '__.*' --columns topic)" = __other ]
  [ "$(ktopics offsets -aE '__.*' --columns topic | wc -l)" -eq 4 ]
  [ "$(ktopics delete -E '__.*' --dry-run | cut -f 1)" = __other ]
  [ "$(ktopics delete -aE '__.*' -y | wc -l)" -eq 4 ]
  [ -z "$(ktopics list -a '__*')" ]
}

@test "--show-config: what was set, wherever, and nothing else happens" {
  KSTREAM_LINGER_MS=7 run --separate-stderr ktopics list --show-config -b 127.0.0.1:9
  [ "$status" -eq 0 ]
  [[ $output == *$'bootstrap.servers\t127.0.0.1:9\t-b'*$'linger.ms\t7\tKSTREAM_LINGER_MS'* ]]
  [[ $(kproduce x --show-config -z zstd) == *$'compression.type\tzstd\t-z'* ]]
  [[ $(kconsume x --show-config -J) == *'{"property":"isolation.level","value":"read_committed","source":"default"}'* ]]
  printf 'linger.ms=3\n' > "$BATS_TEST_TMPDIR/c.properties"
  [[ $(kproduce x --show-config -C "$BATS_TEST_TMPDIR/c.properties" -X batch.size=5) == *$'batch.size\t5\t-X\n'*$'linger.ms\t3\t'"$BATS_TEST_TMPDIR/c.properties:1"* ]]
}
