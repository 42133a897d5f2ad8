#!/usr/bin/env bats
# What ktopics and kserver print of one and the same thing as table, plain, csv and json.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup
setup_file() { start_server; }
teardown_file() { stop_server; }
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# formats COMMAND...: runs it once in each format, FORMAT in its words standing for that. What was printed is in files of
# the formats' names, with FORMAT again, ID for ids, and | for what parts columns.
formats() {
  local format
  for format in table plain csv json; do
    "${@//FORMAT/$format}" -f "$format" > printed || return
    sed -E "s/-$format\b/-FORMAT/g; s/[A-Za-z0-9_-]{22}/ID/g" printed > "$format"
  done
  [ "$(wc -l < csv)" -eq "$(grep -c $'\r$' csv)" ]
  sed -i 's/\r$//; s/,/|/g' csv
  sed -i 's/\t/|/g' plain
  sed -i -E 's/ {2,}/|/g; s/ +$//' table
}

# are COLUMNS ROWS MEMBERS: what formats made has these columns and rows, parted by |; MEMBERS are those of json that
# stand for the columns.
are() {
  diff table - <<< "${1^^}"$'\n'"$2"
  diff csv <(echo "$1"; sed -E 's/(^|\|)-/\1/g' <<< "$2")
  diff plain - <<< "$2"
  jq -r "[$3] | map(. // \"-\" | tostring) | join(\"|\")" json | diff - <(cat <<< "$2")
}

@test "ktopics create, alter, config and delete" {
  formats ktopics create t-FORMAT -p 2
  are 'topic|partitions|replication|id' 't-FORMAT|2|1|ID' '.topic, .partitions, .replication_factor, .id'
  formats ktopics alter t-FORMAT -p 3 -y
  are 'topic|before|partitions' 't-FORMAT|2|3' '.topic, .before, .partitions'
  [ "$(ktopics list 't-*' --columns partitions | sort -u)" = 3 ]
  formats ktopics config t-FORMAT retention.ms=1h max.message.bytes=5000
  are 'topic|config|before|change|value' "t-FORMAT|retention.ms|604800000|set|3600000
t-FORMAT|max.message.bytes|1048588|set|5000" '.topic, .config, .before, .change, .value'
  formats ktopics config t-FORMAT
  are 'topic|config|value|source|default' "t-FORMAT|max.message.bytes|5000|topic|1048588
t-FORMAT|retention.ms|3600000|topic|-" '.topic, .config, .value, .source, .default'
  formats ktopics config t-FORMAT --unset retention.ms
  are 'topic|config|before|change|value' 't-FORMAT|retention.ms|3600000|unset|-' '.topic, .config, .before, .change, .value'
  formats ktopics delete t-FORMAT -y
  are 'topic|partitions|records|bytes' 't-FORMAT|3|0|0' '.topic, .partitions, .records, .bytes'
  jq -e '.dry_run == false and .id == "ID"' json
  [ -z "$(ktopics list 't-*')" ]
}

@test "ktopics list, describe, offsets and truncate" {
  for format in table plain csv json; do
    ktopics create -q -p 2 "u-$format"
    seq 5 | kproduce -q -p 1 "u-$format"
  done
  formats ktopics list u-FORMAT -v
  are 'topic|partitions|id' 'u-FORMAT|2|ID' '.topic, .partitions, .id'
  formats ktopics offsets u-FORMAT
  are 'topic|partition|beginning|end|records' $'u-FORMAT|0|0|0|0\nu-FORMAT|1|0|5|5' '.topic, .partition, .beginning, .end, .records'
  formats ktopics offsets u-FORMAT:1 -o -2
  are 'topic|partition|offset|time' 'u-FORMAT|1|3|-' '.topic, .partition, .offset, .time'
  formats ktopics truncate u-FORMAT:1 --to 2 -y
  are 'topic|partition|before|beginning|end|records' 'u-FORMAT|1|0|2|5|2' '.topic, .partition, .before, .beginning, .end, .records'
  [ "$(ktopics offsets 'u-*:1' --columns beginning | sort -u)" = 2 ]
  formats ktopics describe u-FORMAT
  diff csv - << 'END'
topic|id|partition|leader|epoch|replicas|isr|offline
u-FORMAT|ID|0|1|0|1|1|
u-FORMAT|ID|1|1|0|1|1|
END
  diff plain <(tail -n +2 csv | sed 's/$/-/')
  diff table - << 'END'
u-FORMAT|id ID|2 partitions|replication 1
PARTITION|LEADER|EPOCH|REPLICAS|ISR|OFFLINE
0|1|0|1|1|-
1|1|0|1|1|-
END
  [ "$(jq -c '.topic, .id, (.partitions[] | [.partition, .leader, .leader_epoch, .replicas, .in_sync_replicas, .offline_replicas])' json)" = '"u-FORMAT"
"ID"
[0,1,0,[1],[1],[]]
[1,1,0,[1],[1],[]]' ]
}

@test "kserver format" {
  formats kserver format -X "log.dirs=$PWD/dir-FORMAT" -X node.id=7
  sed -i "s#$PWD/##" table plain csv json
  are 'path|state|metadata|node|cluster|id|problem' 'dir-FORMAT|formatted|yes|7|ID|ID|-' \
    '.path, .state, if .metadata then "yes" else "no" end, .node, .cluster, .id, .problem'
  [ -e dir-table/meta.properties ]
}

@test "kserver dump" {
  new_topic
  seq 3 | kproduce -q -z gzip "$topic"
  seq 2 | kproduce -q "$topic"
  formats kserver dump "$BATS_FILE_TMPDIR/server/data/$topic-0/00000000000000000000.log"
  # But for sizes and times, which are what they are.
  columns() { cut -d '|' -f 4-9,11-14 "$1"; }
  diff <(columns table) - << 'END'
BASE_OFFSET|LAST_OFFSET|RECORDS|LEADER_EPOCH|CODEC|TIMESTAMP_TYPE|PRODUCER|SEQUENCE|KIND|CRC
0|2|3|0|gzip|CreateTime|-|-|-|valid
3|4|2|0|none|CreateTime|-|-|-|valid
END
  diff <(columns csv | tail -n 2) - << 'END'
0|2|3|0|gzip|CreateTime||||valid
3|4|2|0|none|CreateTime||||valid
END
  diff <(columns plain) <(columns table | tail -n 2)
  [ "$(head -n 1 table)" = "$(head -n 1 csv | tr '[:lower:]' '[:upper:]')" ]
  [ "$(cut -d '|' -f 1-3 plain)" = "$(cut -d '|' -f 1-3 csv | tail -n 2)" ]
  [ "$(jq -r '[.file, .batch.position, .batch.size] | join("|")' json)" = "$(cut -d '|' -f 1-3 plain)" ]
  [ "$(jq -c '.batch | [.base_offset, .last_offset, .records, .codec, .timestamp_type, .producer_id, .crc_valid]' json)" = '[0,2,3,"gzip","CreateTime",null,true]
[3,4,2,"none","CreateTime",null,true]' ]
  [ "$(kserver dump "$BATS_FILE_TMPDIR/server/data/$topic-0/00000000000000000000.log" | tr '\t' '|' | columns -)" = "$(columns plain)" ]
}
