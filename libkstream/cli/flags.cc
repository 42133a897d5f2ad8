#include "cli/flags.h"

#include <array>
#include <utility>

namespace kstream::cli {
namespace {

constexpr FlagRow kRows[] = {
    {Flag::topic, 't', "topic", "TOPIC", (kTopics & ~kTopicsList) | kProduce | kConsume, "@topics",
     "The topic, instead of the first word. In kproduce every word is a file then; elsewhere it may be repeated. In "
     "kproduce and kconsume the long name is that of Kafka's tools, and has all flags be theirs."},
    {Flag::partition_count, 'p', "partitions", "N", kTopicsCreate | kTopicsAlter, "",
     "How many partitions; for alter in all. Default of create: the broker's num.partitions."},
    {Flag::replication_factor, 'r', "replication-factor", "N", kTopicsCreate, "",
     "On how many brokers each partition is kept. Default: the broker's default.replication.factor."},
    {Flag::config, 'c', "config", "NAME=VALUE", kTopicsCreate, "@settings",
     "A topic config; repeatable. Those in ms and bytes take units: retention.ms=7d, segment.bytes=64MiB."},
    {Flag::like, 0, "like", "TOPIC", kTopicsCreate, "@topics",
     "With the partitions, replicas and configs of this topic, but for what -p, -r and -c say."},
    {Flag::unset, 0, "unset", "NAME", kTopicsConfig, "@configs",
     "Take back what is set; repeatable. Then the default holds."},
    {Flag::if_exists, 0, "if-exists", "", kTopicsChanged, "", "A topic that is not there is no error."},
    {Flag::if_not_exists, 0, "if-not-exists", "", kTopicsCreate | kServerFormat, "",
     "A topic that is there already, or a log directory that is formatted, is no error."},
    {Flag::position, 'o', "from", "POSITION", kTopicsOffsets, "beginning|end|today|yesterday|-15m|-10",
     "What this comes to in each partition, as kconsume -o takes it: beginning, end, -N, +N, a time. Default: where "
     "partitions begin and end."},
    {Flag::to, 0, "to", "POSITION", kTopicsTruncate, "end|today|yesterday|-7d|-10",
     "Records in front of this are deleted; end: all. Positions are those of kconsume -o."},
    {Flag::regex, 'E', "regex", "", (kTopics & ~kTopicsCreate) | kConsume, "",
     "Topics are regular expressions (RE2), each for whole names, not globs."},
    {Flag::all, 'a', "all", "", (kTopics & ~kTopicsCreate) | kConsume, "",
     "Internal topics too, where a glob, -E or no name at all stands for topics. With config also what has its "
     "default."},
    {Flag::unhealthy, 0, "unhealthy", "", kTopicsDescribe, "",
     "Only partitions without a leader or with a replica that is offline or not in sync. Exit status 7 if there are "
     "any; "
     "with -q, nothing is printed."},
    {Flag::under_replicated, 0, "under-replicated", "", kTopicsDescribe, "",
     "Only partitions with a replica that is not in sync. Exit status as of --unhealthy."},
    {Flag::size, 0, "size", "", kTopicsList | kTopicsDescribe, "",
     "Also the bytes on disk; of several replicas those of the largest."},
    {Flag::dry_run, 0, "dry-run", "", kTopicsCreate | kTopicsChanged | kTopicsConfig, "",
     "Print what would be done, and do nothing."},
    {Flag::yes, 'y', "yes", "", kTopicsChanged, "", "Do it without asking."},
    {Flag::execute, 0, "execute", "", kTopicsChanged, "", "The same as --yes."},
    {Flag::watch, 'w', "watch", "", kTopicsShown | kServerAsked, "", "Print it again and again, until interrupted."},
    {Flag::interval, 0, "interval", "DURATION", kTopicsShown | kServerAsked, "", "How long -w pauses. Default: 2s."},
    {Flag::output_format, 'f', "format", "FORMAT", kTopics | kServerAsked | kServerTold | kServerFiles,
     "table|plain|csv|json",
     "table, plain, csv or json. Default: table on a terminal, else plain: tab separated, no header, - for none. "
     "What brokers are asked for may also be printed by a template of columns, as in '%{topic} %{partitions}\\n'."},
    {Flag::columns, 0, "columns", "NAME,...", kTopics | kConsume | kServerAsked, "",
     "Only these columns, in this order."},
    {Flag::no_header, 0, "no-header", "", kTopics | kConsume | kServerAsked, "",
     "No line with the names of the columns."},
    {Flag::show_config, 0, "show-config", "", kClients, "",
     "Print the client properties that were set and where, and the brokers, and do nothing."},
    {Flag::partition, 'p', "partitions", "N", kProduce, "", "The partition of every record."},
    {Flag::partitions, 'p', "partitions", "LIST", kConsume, "", "Only these partitions, as in 0,2-5."},
    {Flag::from, 'o', "from", "POSITION", kConsume, "beginning|end|today|yesterday|-15m|-10",
     "Where to begin: beginning (the default), end, an offset, -N (the last N of each partition), +N (after the first "
     "N), "
     "or a time: 2026-01-02T03:04Z, 03:04, yesterday, -15m, '2 hours ago', @1700000000. kcat's s@MS and e@MS too."},
    {Flag::from_beginning, 0, "from-beginning", "", kConsume, "", "The same as -o beginning."},
    {Flag::until, 'u', "until", "POSITION", kConsume, "end|now|today",
     "Where to end; the record there is not read. With -F an offset or a time, such as +10m."},
    {Flag::max_messages, 'n', "max-messages", "N", kConsume, "", "Stop after N records."},
    {Flag::follow, 'F', "follow", "", kConsume, "",
     "Wait for new records instead of stopping at the end, also while no broker can be reached."},
    {Flag::exit_at_end, 'e', "exit-at-end", "", kConsume, "",
     "Stop at what was the end when kconsume began. The default without -F."},
    {Flag::record_format, 'f', "format", "FORMAT", kConsume, "value|raw|json|csv|plain|table|frame|batch",
     "value (the default: the value and a newline), raw (nothing between), json, csv, plain (tab separated), table, "
     "frame (4 bytes of size before each value), batch (Kafka's record batches as they are stored), or a template: %s "
     "value, %k key, %t topic, %p partition, %o offset, "
     "%T timestamp, %h headers, %S %K %R sizes, "
     "%{time}, %{header:NAME}, %{s:hex} and others. A template adds no newline."},
    {Flag::json, 'J', "json", "", kTopics | kConsume | kServerAsked | kServerTold | kServerFiles, "",
     "The same as -f json: one object on each line."},
    {Flag::json_input, 'J', "json", "", kProduce, "",
     "The same as -f json: the input is what kconsume -J prints. Key, value, headers and timestamp are kept; the topic "
     "only if none is named."},
    {Flag::keep_partition, 0, "keep-partition", "", kProduce | kConsume, "",
     "Keep the partition that the input brings, too; in kconsume, of records that are sent on."},
    {Flag::delimiter, 'D', "delimiter", "TEXT", kProduce | kConsume, "",
     "What ends a record, instead of a newline. Escapes: \\n \\r \\t \\\\ \\xNN \\NNN."},
    {Flag::nul, '0', "nul", "", kProduce | kConsume, "", "A NUL ends a record, as for find -print0 and xargs -0."},
    {Flag::key_delimiter, 'K', "key-delimiter", "TEXT", kProduce | kConsume, "",
     "What parts the key, which comes first, from the value. A line without it has no key."},
    {Flag::key, 'k', "key", "KEY", kProduce, "", "The key of each record that has none by -K."},
    {Flag::key_filter, 'k', "key", "KEY", kConsume, "", "Only records with this key."},
    {Flag::header, 'H', "header", "NAME=VALUE", kProduce, "",
     "A header for each record; repeatable. NAME alone is a header whose value is null."},
    {Flag::header_filter, 'H', "header", "NAME=VALUE", kConsume, "",
     "Only records with this header; all of them, if repeated. NAME alone: whatever its value."},
    {Flag::grep, 0, "grep", "REGEX", kConsume, "",
     "Only records whose value holds what this regular expression (RE2, over bytes) fits; any of them, if repeated."},
    {Flag::tail, 0, "tail", "N", kConsume, "",
     "Only the last N records of all partitions together, in the order of time; with -F then what comes."},
    {Flag::merge, 0, "merge", "", kConsume, "",
     "Print the records of all partitions in the order of time, then of partitions; within one, of offsets."},
    {Flag::merge_wait, 0, "merge-wait", "DURATION", kConsume, "",
     "With --merge and -F, how long partitions without records hold back the others. Default: 1s."},
    {Flag::idle_timeout, 0, "idle-timeout", "DURATION", kConsume, "", "Stop once no record has come for so long."},
    {Flag::grace, 0, "grace", "DURATION", kConsume, "",
     "Where a time is the end, read on for so much of the records' time: some that belong before it came late."},
    {Flag::pace, 0, "pace", "SPEED", kConsume, "1x|2x|10x",
     "Print records as far apart in time as they were made: 1x, or so many times faster."},
    {Flag::exec, 0, "exec", "COMMAND", kConsume, "",
     "Run this with sh for each record, which it gets on stdin as -f says; KSTREAM_TOPIC, KSTREAM_PARTITION, "
     "KSTREAM_OFFSET, KSTREAM_KEY and KSTREAM_TIMESTAMP are set. If it fails, stop."},
    {Flag::batch, 0, "batch", "N|DURATION", kConsume, "",
     "With --exec, give N records to one process, or those of so long a time."},
    {Flag::retries, 0, "retries", "N", kConsume, "", "With --exec, run a command that failed up to N times again."},
    {Flag::dead_letter, 0, "dead-letter", "TOPIC", kConsume, "@topics",
     "With --exec, send records that failed to this topic and go on; headers dead-letter.topic, .partition, .offset "
     "and "
     ".reason say where they come from."},
    {Flag::copy_to, 0, "to", "TOPIC", kConsume, "@topics",
     "Send the records to this topic instead of showing them: key, value, headers and timestamp."},
    {Flag::topic_from_header, 0, "topic-from-header", "NAME", kConsume, "",
     "Send each record to the topic that this header names; to that of --to, if there is none."},
    {Flag::strip_header, 0, "strip-header", "GLOB", kConsume, "",
     "Leave out headers whose name fits, where records are sent; repeatable."},
    {Flag::stats, 0, "stats", "", kConsume, "",
     "Count records instead of showing them: a row for each partition, as table, plain, csv or json (-f)."},
    {Flag::diff, 0, "diff", "TARGET", kConsume, "@topics",
     "Compare with another topic: print where each partition first differs, and exit with 7 if any does. Offsets may "
     "differ. In words, or as table, plain, csv or json (-f)."},
    {Flag::empty_is_null, 'Z', "empty-is-null", "", kProduce, "",
     "An empty value is null: a tombstone, where the topic is compacted."},
    {Flag::compression, 'z', "compression", "CODEC[:LEVEL]", kProduce, "none|gzip|snappy|lz4|zstd",
     "none, gzip, snappy, lz4 or zstd, as in zstd:6."},
    {Flag::acks, 0, "acks", "ACKS", kProduce, "all|1|0",
     "Which acknowledgement counts: of all replicas in sync (all, the default), of the leader (1), none (0)."},
    {Flag::timestamp, 0, "timestamp", "now|input|FIELD", kProduce, "now|input",
     "The time of sending (the default for lines), what the input brings (the default else), or what stands in this "
     "member of values that are JSON."},
    {Flag::input_format, 'f', "format", "FORMAT", kProduce, "value|json|csv|frame|batch",
     "value (the default: each line is a value), json, csv (its first line names columns), frame (4 bytes of size "
     "before "
     "each value), batch (what kconsume -f batch printed), or a template such as '%k %s\\n', with the letters of "
     "kconsume -f: a field ends at the text behind "
     "it, or after the size before it."},
    {Flag::follow_files, 'F', "follow", "", kProduce, "",
     "Go on with what is written to the files, until a signal, as tail -F does: renamed, absent and shrunken ones "
     "too."},
    {Flag::partial, 0, "partial", "DURATION", kProduce, "",
     "With -F, send a last line without a newline once nothing was added to it for so long."},
    {Flag::partitioner, 0, "partitioner", "HOW", kProduce, "murmur2|crc32|round-robin|sticky",
     "Where records go that name no partition: by key as Kafka's Java client does it (murmur2, the default), by key as "
     "librdkafka does it (crc32), in turn (round-robin), or batch by batch whatever the key (sticky)."},
    {Flag::rate, 0, "rate", "N/s", kProduce, "", "Send no more than N records in a second; also N/m and N/h."},
    {Flag::on_error, 0, "on-error", "stop|skip", kProduce, "stop|skip",
     "After input that is no record, or one that is refused: stop (the default), or skip it and exit with 1 at the "
     "end."},
    {Flag::rejected, 0, "rejected", "FILE", kProduce, "@files",
     "Append the records that were read and not acknowledged to FILE, as JSON that kproduce -J takes."},
    {Flag::report, 0, "report", "TEMPLATE", kProduce, "",
     "Print this for each record that is acknowledged: %{line} of the input, %t topic, %p partition, %o offset, %T the "
     "broker's timestamp if it sets one."},
    {Flag::tombstone, 0, "tombstone", "", kProduce, "",
     "Send keys without values, which deletes them from a compacted topic: the one of -k, else each line of the "
     "input."},
    {Flag::linger, 0, "linger", "DURATION", kProduce, "",
     "How long a record may wait for others to share its batch. Default: 5ms."},
    {Flag::create, 0, "create", "", kProduce, "", "Create the topic if it is not there, as the broker is configured."},
    {Flag::isolation_level, 0, "isolation-level", "LEVEL", kConsume, "read_committed|read_uncommitted",
     "read_committed (the default) or read_uncommitted, which also shows what open and aborted transactions wrote."},
    {Flag::show_control, 0, "show-control", "", kConsume, "",
     "Show control records, too: where transactions ended, and whether they were aborted. For json, csv, plain, table, "
     "batch and templates with %{control}."},
    {Flag::progress, 0, "progress", "WHEN", kProduce | kConsume, "auto|always|never",
     "Say on stderr how far it has come: auto (the default: if it is a terminal to which nothing else comes), always, "
     "never."},
    {Flag::raw_terminal, 0, "raw-terminal", "", kConsume, "",
     "Send control characters and what is not UTF-8 to a terminal as they are, not as \\xNN."},
    {Flag::bootstrap_server, 'b', "bootstrap-server", "HOST:PORT,...", kClients, "",
     "The brokers to ask first. Default: $KSTREAM_SERVER, the profile's, 127.0.0.1:9092."},
    {Flag::profile, 'P', "profile", "NAME", kClients, "@profiles",
     "Settings from [profile.NAME] of client.toml. Default: $KSTREAM_PROFILE."},
    {Flag::property, 'X', "command-property", "NAME=VALUE", kClients, "@properties",
     "Any client property of Kafka; repeatable."},
    {Flag::command_config, 'C', "command-config", "FILE", kClients, "@files",
     "Client properties from a file: TOML with quoted names, or Java properties."},
    {Flag::timeout, 0, "timeout", "DURATION", kClients, "",
     "How long a broker may owe an answer, and how long to go on while none can be reached. Default: 10s. "
     "kproduce -F and kconsume -F go on for ever."},
    {Flag::color, 0, "color", "WHEN", kClients | kServerTold | kServerFiles, "auto|always|never",
     "auto (the default: on a terminal, without NO_COLOR), always, never."},
    {Flag::quiet, 'q', "quiet", "", kClients, "", "Say nothing on stderr but errors."},
    {Flag::verbose, 'v', "verbose", "", kClients, "", "Say more on stderr. Twice: every request and answer."},
    {Flag::server_config, 'c', "config", "FILE", kServer, "@files",
     "The configuration: TOML whose keys are Kafka's names in quotation marks, or a server.properties."},
    {Flag::server_override, 'X', "override", "NAME=VALUE", kServer, "@overrides",
     "A config, instead of what the environment and the file say; repeatable."},
    {Flag::server_all, 'a', "all", "", kServerConfig, "", "Those that have their default, too."},
    {Flag::cluster_id, 0, "cluster-id", "ID", kServerFormat, "",
     "The cluster that the directories are to belong to. Default: that of those that are formatted, else a new one."},
    {Flag::ephemeral, 0, "ephemeral", "", kServerRun, "",
     "A broker in a temporary folder on a free port, gone when CMD ends, or by a signal. CMD finds it in "
     "$KSTREAM_SERVER; its exit status is kserver's."},
    {Flag::dump_records, 0, "records", "", kServerDump, "",
     "The records instead of the batches, as kconsume -J prints them."},
    {Flag::server_quiet, 'q', "quiet", "", kServerStatus | kServerCheck | kServerFormat | kServerVerify, "",
     "Print nothing: the exit status is the answer."},
    {Flag::short_help, 'h', "", "", kEverywhere, "", "The flags, in short."},
    {Flag::help, 0, "help", "", kEverywhere, "", "The flags, exit status and examples."},
    {Flag::version, 'V', "version", "", kEverywhere, "", "The version."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<std::size_t>(kRows[i].flag) != i) return false;
  }
  return true;
}
static_assert(in_order(), "kRows follows the order of Flag");

constexpr Verb kTopicsVerbs[] = {{"list", kTopicsList, "[GLOB...]"},
                                 {"describe", kTopicsDescribe, "[TOPIC|GLOB...]"},
                                 {"create", kTopicsCreate, "TOPIC..."},
                                 {"alter", kTopicsAlter, "TOPIC... -p N"},
                                 {"config", kTopicsConfig, "TOPIC [NAME | NAME=VALUE...]"},
                                 {"delete", kTopicsDelete, "TOPIC..."},
                                 {"offsets", kTopicsOffsets, "[TOPIC[:PARTITIONS]...] [-o POSITION]"},
                                 {"truncate", kTopicsTruncate, "TOPIC[:PARTITIONS]... --to POSITION"}};
constexpr Verb kProduceVerbs[] = {{"", kProduce, "TOPIC [FILE...]"}};
constexpr Verb kConsumeVerbs[] = {{"", kConsume, "TOPIC[:PARTITIONS[@FROM[..UNTIL]]]..."}};
constexpr Verb kServerVerbs[] = {{"run", kServerRun, "[--ephemeral [-- CMD [ARG...]]]"},
                                 {"check", kServerCheck, ""},
                                 {"config", kServerConfig, "[NAME|GLOB...]"},
                                 {"format", kServerFormat, ""},
                                 {"info", kServerInfo, ""},
                                 {"status", kServerStatus, ""},
                                 {"dump", kServerDump, "FILE..."},
                                 {"verify", kServerVerify, "DIR..."},
                                 {"cluster", kServerCluster, ""},
                                 {"brokers", kServerBrokers, ""},
                                 {"quorum", kServerQuorum, ""},
                                 {"features", kServerFeatures, ""}};

/// What the letters mean that stand in no row of a program, here or in programs to come: one meaning each.
constexpr std::array<std::pair<char, std::string_view>, 1> kOtherLetters = {{{'g', "a consumer group"}}};

}  // namespace

std::span<const FlagRow> flag_rows() { return kRows; }

std::uint32_t Program::where() const {
  std::uint32_t all = 0;
  for (const Verb& verb : verbs) all |= verb.where;
  return all;
}

const Program kTopicsProgram = {"ktopics", "List, describe, create, change and delete topics.", kTopicsVerbs,
                                "ktopics create orders -p 12 -r 3 -c retention.ms=7d\n"
                                "ktopics config orders retention.ms                 # the bare value\n"
                                "ktopics list 'tmp-*' -f plain | ktopics delete -y -\n"
                                "ktopics truncate orders --to -7d\n"
                                "ktopics describe orders -J | jq .partitions[].leader\n"
                                "ktopics describe --unhealthy -q || page\n"};
const Program kProduceProgram = {"kproduce", "Send lines, or JSON, as records to a topic.", kProduceVerbs,
                                 "kproduce logs < /var/log/dpkg.log\n"
                                 "kproduce -z zstd web /var/log/nginx/access.log\n"
                                 "kproduce -K : users < users.txt\n"
                                 "kconsume -J orders | jq -c 'select(.key)' | kproduce -J orders2\n"};
const Program kConsumeProgram = {"kconsume", "Print the records of topics.", kConsumeVerbs,
                                 "kconsume logs                                    # all there is, as cat does\n"
                                 "kconsume -F -o end logs                          # what comes, as tail -f does\n"
                                 "kconsume orders -o -15m -u now -f '%{time} %k %s\\n'\n"
                                 "kconsume orders:3@1200..1210 -J | jq .\n"};
const Program kServerProgram = {"kserver", "Run a broker that speaks Apache Kafka's protocol, or ask a running one.",
                                kServerVerbs,
                                "kserver                                  # on 127.0.0.1:9092\n"
                                "kserver -X log.dirs=/data -X node.id=2\n"
                                "kserver check -c server.properties\n"
                                "kserver format -c server.properties --if-not-exists\n"
                                "kserver run --ephemeral -- sh -c 'echo hello | kproduce --create greetings'\n"
                                "kserver status -q || echo 'no broker runs'\n"
                                "kserver dump /data/orders-0/*.log -J | jq .batch.crc\n"
                                "kserver verify /data || echo 'damaged'\n"
                                "kserver brokers -b localhost:9092\n"
                                "kserver quorum -J | jq .voters[].lag\n",
                                true};

std::span<const Program* const> programs() {
  static constexpr const Program* kAll[] = {&kServerProgram, &kTopicsProgram, &kProduceProgram, &kConsumeProgram};
  return kAll;
}

std::string_view letter_meaning(char letter) {
  for (auto [other, meaning] : kOtherLetters) {
    if (other == letter) return meaning;
  }
  return {};
}

}  // namespace kstream::cli
