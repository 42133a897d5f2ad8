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

@test "lists of topics from stdin: describe, alter, config, offsets and truncate" {
  first=list-$RANDOM-1 second=${first%1}2
  ktopics create -q "$first" "$second" "${first}0"
  for t in "$first" "$second"; do seq 5 | kproduce -q "$t"; done
  names() { printf '%s\n' "$first" "$second"; }
  [ "$(names | ktopics describe - --columns topic | line)" = "$first $second " ]
  [ "$(names | ktopics config - retention.ms=7s 2> /dev/null | cut -f 1,5)" = "$first"$'\t7000\n'"$second"$'\t7000' ]
  [ "$(names | ktopics config - retention.ms | cut -f 1,3)" = "$first"$'\t7000\n'"$second"$'\t7000' ]
  [ "$(names | ktopics config - --unset retention.ms 2> /dev/null | wc -l)" -eq 2 ]
  [ -z "$(ktopics config "$first"; ktopics config "$second")" ]
  [ "$(names | ktopics offsets - --columns topic,end)" = "$first"$'\t5\n'"$second"$'\t5' ]
  [ "$(printf '%s\n' "$first:0" "$second" | ktopics truncate - --to 2 -y | cut -f 1,3-6)" = "$first	0	2	5	2
$second	0	2	5	2" ]
  [ "$(names | ktopics offsets - -o beginning --columns offset | line)" = '2 2 ' ]
  [ "$(names | ktopics alter - -p 3 -y)" = "$first"$'\t1\t3\n'"$second"$'\t1\t3' ]
  [ "$(ktopics list "$first*" "$second" --columns topic,partitions)" = "$first	3
${first}0	1
$second	3" ]
  # Words beside it count, too; one that is not there is told, and leaves the others.
  [ "$(ktopics describe "${first}0" - --columns topic <<< "$first" | sort -u | line)" = "$first ${first}0 " ]
  run --separate-stderr ktopics offsets - --columns topic <<< "not-there"$'\n'"${first}0"
  [ "$status" -eq 1 ]
  [ "$output" = "${first}0" ]
  [[ $stderr == *"no topic is named not-there"* ]]
  # Without -y nothing is done with them.
  run --separate-stderr ktopics truncate - --to end <<< "$first:0"
  [ "$status" -eq 2 ]
  [[ $stderr == "ktopics: would delete 3 records"*": $first; nothing was deleted"* ]]
  run --separate-stderr ktopics alter - -p 9 < <(names)
  [ "$status" -eq 2 ]
  [[ $stderr == "ktopics: would give 2 topics 9 partitions"*"$first"*"$second"* ]]
  # What reads takes patterns there as well, what changes takes them with -E only.
  [ "$(ktopics describe - --columns topic <<< "${first}?")" = "${first}0" ]
  expect_error 2 "'$first*' is a pattern" bash -c "ktopics truncate - --to 0 -y <<< '$first*'"
  [ "$(ktopics alter -E - -p 4 -y <<< "${first}.*" | line)" = "$first"$'\t3\t4 '"${first}0"$'\t1\t4 ' ]
}

@test "-E: alter, truncate and describe only what it fits as a whole" {
  ktopics create -q whole-1 whole-2 whole-22
  for t in whole-1 whole-2 whole-22; do seq 5 | kproduce -q $t; done
  [ "$(ktopics truncate -E 'whole-\d' --to 3 -y | cut -f 1,4)" = $'whole-1\t3\nwhole-2\t3' ]
  [ "$(ktopics truncate -E 'whole-2+:0' --to 4 -y | cut -f 1,4)" = $'whole-2\t4\nwhole-22\t4' ]
  [ "$(ktopics alter -E 'whole-\d' -p 2 -y | cut -f 1,3)" = $'whole-1\t2\nwhole-2\t2' ]
  [ "$(ktopics list 'whole-*' --columns partitions | line)" = '2 2 1 ' ]
  [ "$(ktopics offsets -E 'whole-.*:0' --columns beginning | line)" = '3 4 4 ' ]
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

@test "what cannot be undone asks nobody unless stdin and stderr are terminals" {
  new_topic
  for redirected in '2> err' '< /dev/null' '< /dev/null 2> err'; do
    for words in "delete $topic" "alter $topic -p 2"; do
      run bash -c "cd '$BATS_TEST_TMPDIR' && rm -f err && script -qec 'ktopics --color never $words $redirected; echo ended with \$?; cat err 2> /dev/null' /dev/null < /dev/null"
      [[ $output == *"ended with 2"* ]]
      [[ $output == *"ktopics: would "*" 1 topic "*": $topic; nothing was "*": to do it add -y, to see it all add --dry-run"* ]]
      [[ $output != *"[y/N]"* ]]
    done
  done
  [ "$(ktopics list "$topic" --columns topic,partitions)" = "$topic"$'\t1' ]
  # Where stdout goes does not matter.
  run bash -c "echo y | script -qec 'ktopics delete $topic > /dev/null' /dev/null"
  [ "$status" -eq 0 ]
  [[ $output == *"[y/N]"* ]]
  [ -z "$(ktopics list "$topic")" ]
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

# times TEXT FILE: how often it stands there.
times() { grep -oF -e "$1" "$2" | wc -l; }
redrawn() { [ "$(times "$clear" "$1")" -ge "$2" ]; }

@test "watching on a terminal draws anew, in the same place, what has changed" {
  clear=$'\e[H\e[2J'
  cd "$BATS_TEST_TMPDIR" || return
  for verb in describe offsets list; do
    new_topic
    : > drawn
    # The terminal's process says its own id.
    # shellcheck disable=SC2016
    env --default-signal=INT script -qefc 'echo $$ > pid; exec ktopics '"$verb $topic"' -w --interval 50ms' drawn > /dev/null 2>&1 < /dev/null 3>&- &
    script=$!
    eventually redrawn drawn 3
    grep -qF "$topic" drawn
    ktopics alter -qy "$topic" -p 2
    if [ $verb != list ]; then eventually grep -Eq "^($topic +)?1 " drawn; fi
    kill -INT "$(cat pid)"
    status=0
    wait $script || status=$?
    [ "$status" -eq 130 ]
  done
  # A pipe gets the rows alone.
  timeout 20 ktopics describe "$topic" -w --interval 10ms | head -n 5 > piped
  [ "$(times $'\e' piped)" -eq 0 ]
  [ "$(cut -f 1,3 piped | line)" = "$topic"$'\t0 '"$topic"$'\t1 '"$topic"$'\t0 '"$topic"$'\t1 '"$topic"$'\t0 ' ]
}

@test "watching: SIGINT, SIGTERM and SIGHUP end it, and it dies by that signal" {
  new_topic
  for words in 'list INT' 'describe TERM' 'offsets HUP' 'list TERM'; do
    read -r verb signal <<< "$words"
    : > "$BATS_TEST_TMPDIR/out"
    env --default-signal=INT,HUP ktopics "$verb" "$topic" -w --interval 10m > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" 3>&- &
    pid=$!
    eventually grep -q "^$topic" "$BATS_TEST_TMPDIR/out"
    kill -"$signal" $pid
    SECONDS=0 status=0
    wait $pid || status=$?
    [ $status -eq $((128 + $(kill -l "$signal"))) ]
    [ $SECONDS -lt 10 ]
    [ ! -s "$BATS_TEST_TMPDIR/err" ]
  done
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

@test "--show-config: what --timeout sets is said to be --timeout's" {
  [[ $(ktopics list --show-config) == *$'request.timeout.ms\t10000\tdefault'* ]]
  [[ $(ktopics list --show-config -X request.timeout.ms=500 --timeout 3s) == *$'request.timeout.ms\t500\t-X'* ]]
  for program in 'ktopics list' 'kproduce x' 'kconsume x'; do
    [[ $($program --show-config --timeout 3s) == *$'request.timeout.ms\t3000\t--timeout'* ]]
  done
}

@test "-a with alter, config and truncate" {
  ktopics create __consumer_offsets __transaction_state __share_group_state __other -q
  [ "$(ktopics config -E '__.*' retention.ms=5s 2> /dev/null | cut -f 1)" = __other ]
  [ "$(ktopics config -aE '__.*' --columns topic | sort -u | line)" = '__consumer_offsets __other __share_group_state __transaction_state ' ]
  [ "$(ktopics config -E '__.*')" = $'__other\tretention.ms\t5000\ttopic\t-' ]
  [ "$(ktopics config -aE '__.*' retention.ms=6s 2> /dev/null | wc -l)" -eq 4 ]
  [ "$(ktopics config __consumer_offsets retention.ms)" = 6000 ]
  [ "$(ktopics alter -E '__.*' -p 2 -y)" = $'__other\t1\t2' ]
  [ "$(ktopics alter -aE '__.*' -p 3 -y | cut -f 1,3 | line)" = $'__consumer_offsets\t3 __other\t3 __share_group_state\t3 __transaction_state\t3 ' ]
  [ "$(ktopics describe __share_group_state | wc -l)" -eq 3 ]
  for t in __consumer_offsets __other; do seq 5 | kproduce -q -p 1 -X client.id=__admin_client $t; done
  [ "$(ktopics truncate -E '__[co].*:1' --to 2 --dry-run 2> /dev/null | cut -f 1)" = __other ]
  [ "$(ktopics truncate -aE '__[co].*:1' --to 2 --dry-run 2> /dev/null | cut -f 1 | line)" = '__consumer_offsets __other ' ]
  run --separate-stderr ktopics truncate -aE '__[co].*:1' --to 2 -y  # which brokers refuse for internal ones, as Kafka's do
  [ "$status" -eq 1 ]
  [ "$output" = $'__other\t1\t0\t2\t5\t2' ]
  [[ $stderr == *"__consumer_offsets [1]: INVALID_TOPIC_EXCEPTION"* ]]
  ktopics delete -qy __consumer_offsets __transaction_state __share_group_state __other
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
