#pragma once

#include "cli/rows_output.h"

#include <kstream/admin.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the verbs of ktopics that change or look into topics found out, and how it is printed: a row for each item, in
/// JSON an object on each line. Numbers below 0 say that nobody knows.
namespace kstream::cli {

/// A topic that gets more partitions.
struct GrownTopic {
  std::string topic;
  std::int32_t before = 0;
  std::int32_t after = 0;
};

/// A topic that is deleted, and what goes with it.
struct DeletedTopic {
  std::string topic;
  Uuid id;
  std::int32_t partitions = 0;
  std::int64_t records = -1;
  std::int64_t bytes = -1;
};

/// A partition that loses its records in front of `to`.
struct TruncatedPartition {
  TopicPartition partition;
  Offset beginning, to, end;
  std::int64_t records() const { return to > beginning ? to - beginning : 0; }
};

/// A partition's range of offsets.
struct OffsetRange {
  TopicPartition partition;
  Offset beginning, end;
};

/// What a position comes to in a partition.
struct FoundOffset {
  TopicPartition partition;
  Offset offset;
  Timestamp timestamp = kNoTimestamp;  ///< of the record there, if the position was a time
};

/// A config of a topic.
struct TopicConfig {
  std::string topic;
  ConfigEntry entry;
};

/// A config that is changed.
struct ChangedConfig {
  std::string topic;
  ConfigChange change;
  std::optional<std::string> before;  ///< what held until now
  bool was_set = false;               ///< for the topic itself
};

inline constexpr std::string_view kGrownColumns[] = {"topic", "before", "partitions"};
inline constexpr std::string_view kDeletedColumns[] = {"topic", "partitions", "records", "bytes"};
inline constexpr std::string_view kTruncatedColumns[] = {"topic", "partition", "before", "beginning", "end", "records"};
inline constexpr std::string_view kRangeColumns[] = {"topic", "partition", "beginning", "end", "records"};
inline constexpr std::string_view kOffsetColumns[] = {"topic", "partition", "offset", "time"};
inline constexpr std::string_view kConfigColumns[] = {"topic", "config", "value", "source", "default"};
inline constexpr std::string_view kChangedColumns[] = {"topic", "config", "before", "change", "value"};

/// Schema: topic-altered.json.
std::string grown_text(const std::vector<GrownTopic>& topics, bool dry_run, const RowsOutput& output);
/// Schema: topic-deleted.json.
std::string deleted_text(const std::vector<DeletedTopic>& topics, bool dry_run, const RowsOutput& output);
/// Schema: topic-truncated.json.
std::string truncated_text(const std::vector<TruncatedPartition>& partitions, bool dry_run, const RowsOutput& output);
/// Schema: topic-offsets.json.
std::string ranges_text(const std::vector<OffsetRange>& ranges, const RowsOutput& output);
/// Schema: topic-offset.json.
std::string offsets_text(const std::vector<FoundOffset>& offsets, const RowsOutput& output);
/// Schema: topic-config.json.
std::string configs_text(const std::vector<TopicConfig>& configs, const RowsOutput& output);
/// Schema: topic-config-changed.json.
std::string changed_text(const std::vector<ChangedConfig>& changes, bool dry_run, const RowsOutput& output);

/// The words for where a config comes from, for its type and for what is done to it: `topic`, `list`, `append`.
std::string_view source_word(ConfigSource source);
std::string_view type_word(ConfigType type);
std::string_view operation_word(ConfigOperation operation);

/// What the config would be if nothing were set: empty if the broker did not say.
std::optional<std::string> default_of(const ConfigEntry& config);

}  // namespace kstream::cli
