#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kstream::cli {

/// The places that have flags of their own: a program, or one of its verbs. A row of the table names several.
enum Where : std::uint32_t {
  kTopicsList = 1,
  kTopicsDescribe = 2,
  kTopicsCreate = 4,
  kProduce = 8,
  kConsume = 16,
  kServerRun = 32,
  kServerStatus = 64,
  kServerCheck = 128,
  kServerConfig = 256,
  kTopicsAlter = 512,
  kTopicsConfig = 1024,
  kTopicsDelete = 2048,
  kTopicsOffsets = 4096,
  kTopicsTruncate = 8192,
  kServerDump = 16384,
  kServerFormat = 32768,
  kServerInfo = 65536,
  kServerCluster = 131072,
  kServerBrokers = 262144,
  kServerQuorum = 524288,
  kServerFeatures = 1048576,
  kServerVerify = 2097152,
  kTopicsShown = kTopicsList | kTopicsDescribe | kTopicsOffsets,
  kTopicsChanged = kTopicsAlter | kTopicsDelete | kTopicsTruncate,
  kTopics = kTopicsShown | kTopicsChanged | kTopicsCreate | kTopicsConfig,
  kServerAsked = kServerCluster | kServerBrokers | kServerQuorum | kServerFeatures,  ///< kserver as a client
  kClients = kTopics | kProduce | kConsume | kServerAsked,
  kServerTold = kServerStatus | kServerCheck | kServerConfig | kServerFormat | kServerInfo,
  kServer = kServerRun | kServerTold,          ///< what reads a broker's configuration
  kServerFiles = kServerDump | kServerVerify,  ///< what reads files without a configuration
  kEverywhere = kClients | kServer | kServerFiles,
};

enum class Flag : std::uint8_t {
  topic,
  partition_count,
  replication_factor,
  config,
  like,
  unset,
  if_exists,
  if_not_exists,
  position,
  to,
  regex,
  all,
  unhealthy,
  under_replicated,
  size,
  dry_run,
  yes,
  execute,
  watch,
  interval,
  output_format,
  columns,
  no_header,
  show_config,
  partition,
  partitions,
  from,
  from_beginning,
  until,
  max_messages,
  follow,
  exit_at_end,
  record_format,
  json,
  json_input,
  keep_partition,
  delimiter,
  nul,
  key_delimiter,
  key,
  key_filter,
  header,
  header_filter,
  grep,
  tail,
  merge,
  merge_wait,
  idle_timeout,
  grace,
  pace,
  exec,
  batch,
  retries,
  dead_letter,
  copy_to,
  topic_from_header,
  strip_header,
  stats,
  diff,
  empty_is_null,
  compression,
  acks,
  timestamp,
  input_format,
  follow_files,
  partial,
  partitioner,
  rate,
  on_error,
  rejected,
  report,
  tombstone,
  linger,
  create,
  isolation_level,
  show_control,
  progress,
  raw_terminal,
  bootstrap_server,
  profile,
  property,
  command_config,
  timeout,
  color,
  quiet,
  verbose,
  server_config,
  server_override,
  server_all,
  cluster_id,
  ephemeral,
  dump_records,
  server_quiet,
  short_help,
  help,
  version,
};

/// One flag of one or more places: parsing, help, completion and the test of the man pages' OPTIONS come from here.
/// Verbs of a program may have different flags of one letter or name; all of these take a value, or none does.
struct FlagRow {
  Flag flag;
  char letter;                ///< 0: only the long name
  std::string_view name;      ///< without the dashes; empty: only the letter
  std::string_view argument;  ///< empty: takes none
  std::uint32_t where;        ///< of Where
  /// What completion offers: words parted by `|`, `@topics`, `@files`, `@profiles`, `@properties` (of
  /// clients), `@overrides` (configs of a server), `@configs` (of topics), `@settings` (those, a `=` and a value), or
  /// nothing.
  std::string_view values;
  std::string_view help;  ///< the first sentence is enough for -h
};

/// In the order of Flag.
std::span<const FlagRow> flag_rows();

struct Verb {
  std::string_view name;  ///< empty if the program has but one thing to do
  Where where;
  std::string_view arguments;  ///< of the usage line; empty: it takes no words
};

struct Program {
  std::string_view name;
  std::string_view summary;
  std::span<const Verb> verbs;
  std::string_view examples;   ///< of --help, one a line
  bool verb_optional = false;  ///< without one the first is meant
  bool has_verbs() const { return !verbs.front().name.empty(); }
  std::uint32_t where() const;
};

extern const Program kTopicsProgram;
extern const Program kProduceProgram;
extern const Program kConsumeProgram;
extern const Program kServerProgram;

std::span<const Program* const> programs();

/// What `letter` means in the programs that have it, for hints; empty if it has no meaning.
std::string_view letter_meaning(char letter);

}  // namespace kstream::cli
