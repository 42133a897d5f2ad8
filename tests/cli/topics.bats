#!/usr/bin/env bats
# ktopics against a kserver.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }

@test "create, list and describe" {
  run --separate-stderr ktopics create orders -p 3 -r 1 -c retention.ms=7d
  [ "$status" -eq 0 ]
  IFS=$'\t' read -r name partitions replication id <<< "$output"
  [ "$name $partitions $replication" = "orders 3 1" ]
  [[ $id =~ ^[A-Za-z0-9_-]{22}$ ]]
  run --separate-stderr ktopics list
  [ "$output" = orders ]
  run --separate-stderr ktopics list -v
  [ "$output" = "orders"$'\t'"3"$'\t'"$id" ]
  run --separate-stderr ktopics describe orders
  [ "${#lines[@]}" -eq 3 ]
  IFS=$'\t' read -r name same_id partition leader epoch replicas isr offline <<< "${lines[2]}"
  [ "$name $same_id $partition $offline" = "orders $id 2 -" ]
  [ "$leader" = "$replicas" ]
  [ "$leader" = "$isr" ]
  [ "$epoch" -ge 0 ]
}

@test "json and csv" {
  ktopics create shapes -p 2 -J | jq -e '.topic == "shapes" and .partitions == 2 and .replication_factor == 1 and .dry_run == false'
  ktopics list shapes -J | jq -e '.topic == "shapes" and .partitions == 2 and .internal == false'
  ktopics describe shapes -J | jq -e '.topic == "shapes" and (.partitions | length) == 2 and .partitions[1].partition == 1
    and .partitions[0].leader == .partitions[0].replicas[0] and .partitions[0].in_sync_replicas == .partitions[0].replicas'
  [ "$(ktopics list shapes -f csv)" = $'topic\r\nshapes\r' ]
  [ "$(ktopics list shapes -f table)" = $'TOPIC\nshapes' ]
  ktopics describe shapes -f table | grep -q 'shapes  id .*  2 partitions  replication 1'
}

@test "globs choose" {
  ktopics create glob-a glob-b other -q
  [ "$(ktopics list 'glob-*')" = $'glob-a\nglob-b' ]
  [ "$(ktopics describe 'glob-*' | cut -f1)" = $'glob-a\nglob-b' ]
  [ -z "$(ktopics list 'none-*')" ]
}

@test "already there: 4, or fine; partly done: 1" {
  ktopics create twice -q
  expect_error 4 "TOPIC_ALREADY_EXISTS" ktopics create twice
  ktopics create twice --if-not-exists
  run ktopics create twice once
  [ "$status" -eq 1 ]
  [ "$(ktopics list once)" = once ]
}

@test "refused by the broker: 1, with its sentence" {
  expect_error 1 "INVALID_TOPIC_EXCEPTION" ktopics create 'a b'
  for words in 'ktopics describe a/b' 'ktopics delete a/b -y' 'kproduce a/b' 'kconsume a/b'; do
    # shellcheck disable=SC2086  # several words
    expect_error 1 "'a/b' cannot be a topic's name: ASCII letters, digits, '.', '_' and '-', 249 at most" $words
  done
  expect_error 1 "INVALID_REPLICATION_FACTOR" ktopics create many -r 5
  expect_error 1 "INVALID_CONFIG" ktopics create odd -c cleanup.policy=shred
}

@test "unknown topic: 3; beside a known one: 1" {
  expect_error 3 "nothing-here: UNKNOWN_TOPIC_OR_PARTITION" ktopics describe nothing-here
  ktopics create known -q
  run --separate-stderr ktopics describe known nothing-here
  [ "$status" -eq 1 ]
  [[ $output == known* ]]
}

@test "a timeout for ever" {
  new_topic
  [ "$(ktopics list "$topic" --timeout 9223372036854775807ms)" = "$topic" ]
}

@test "an empty list on stdin is nothing to do" {
  for verb in list describe create alter delete offsets truncate config; do
    run ktopics $verb - -b 127.0.0.1:9 < /dev/null
    [ "$status $output" = "0 " ]
  done
}

@test "the default that --unset would bring, in the unit of the config" {
  # shellcheck disable=SC2016
  kserver run --ephemeral -X log.retention.hours=24 -- sh -c 'ktopics create -q t && ktopics config t retention.ms -J' > "$BATS_TEST_TMPDIR/out"
  [ "$(jq -c '[.value, .source, .default]' "$BATS_TEST_TMPDIR/out")" = '["86400000","file","604800000"]' ]
}

@test "names that stand there twice, and lists of Windows" {
  printf 'cr1\r\ncr2\r\n' | ktopics create -q - cr1 cr2 cr2
  [ "$(ktopics list 'cr?' --columns topic)" = $'cr1\ncr2' ]
  ktopics delete -qy cr1 cr2 cr1
}

@test "dry run creates nothing" {
  run ktopics create dry --dry-run -p 5
  [ "$status" -eq 0 ]
  [ -z "$(ktopics list dry)" ]
}

@test "healthy topics are not asked for" {
  ktopics create healthy -q
  ktopics describe --unhealthy -q
  run --separate-stderr ktopics describe --under-replicated
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "a thousand partitions" {
  ktopics create wide -p 1000 -q
  [ "$(ktopics describe wide | wc -l)" -eq 1000 ]
}
