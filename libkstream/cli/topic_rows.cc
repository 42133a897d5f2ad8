#include "cli/topic_rows.h"

#include "cli/number.h"
#include "cli/rows_text.h"

#include <array>
#include <utility>

namespace kstream::cli {
namespace {

constexpr std::array<std::string_view, 9> kSources = {"unknown", "topic",  "broker",         "brokers", "file",
                                                      "default", "logger", "client-metrics", "group"};
constexpr std::array<std::string_view, 10> kTypes = {"unknown", "boolean", "string", "int",   "short",
                                                     "long",    "double",  "list",   "class", "password"};
constexpr std::array<std::string_view, 4> kOperations = {"set", "unset", "append", "subtract"};

/// The word for an enumerator that came over the wire, and may be newer than we are.
template <std::size_t N, class Enum>
std::string_view word(const std::array<std::string_view, N>& words, Enum value) {
  auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : "unknown";
}

std::string number(PartitionId partition) { return std::to_string(partition.value); }
std::string number(Offset offset) { return std::to_string(offset.value); }

JsonObject& partition_members(const TopicPartition& partition, JsonObject& object) {
  return object.text("topic", partition.topic).number("partition", partition.partition.value);
}

}  // namespace

std::string_view source_word(ConfigSource source) { return word(kSources, source); }
std::string_view type_word(ConfigType type) { return word(kTypes, type); }
std::string_view operation_word(ConfigOperation operation) { return word(kOperations, operation); }

/// A broker's config that stands for this one may be in hours or minutes.
std::optional<std::string> default_of(const ConfigEntry& config) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {{".hours", 3'600'000}, {".minutes", 60'000}};
  if (config.source == ConfigSource::default_value) return config.value;
  for (const auto& [name, value, source] : config.synonyms) {
    if (source != ConfigSource::default_value || !value) continue;
    const auto number = parse_number<std::int64_t>(*value);
    for (const auto& [suffix, factor] : kUnits) {
      if (number && name.ends_with(suffix) && config.name.ends_with(".ms")) return std::to_string(*number * factor);
    }
    return value;
  }
  return {};
}

std::string grown_text(const std::vector<GrownTopic>& topics, bool dry_run, const RowsOutput& output) {
  return rows_text(
      topics, kGrownColumns, output,
      [](const GrownTopic& row) {
        return std::vector<std::string>{row.topic, std::to_string(row.before), std::to_string(row.after)};
      },
      [&](const GrownTopic& row, JsonObject& object, std::string&) {
        object.text("topic", row.topic).number("before", row.before).number("partitions", row.after);
        object.boolean("dry_run", dry_run);
      });
}

std::string deleted_text(const std::vector<DeletedTopic>& topics, bool dry_run, const RowsOutput& output) {
  return rows_text(
      topics, kDeletedColumns, output,
      [](const DeletedTopic& row) {
        return std::vector<std::string>{row.topic, std::to_string(row.partitions), known(row.records),
                                        known(row.bytes)};
      },
      [&](const DeletedTopic& row, JsonObject& object, std::string&) {
        object.text("topic", row.topic);
        row.id.is_zero() ? object.null("id") : object.text("id", row.id.to_string());
        object.number("partitions", row.partitions).known("records", row.records).known("bytes", row.bytes);
        object.boolean("dry_run", dry_run);
      });
}

std::string truncated_text(const std::vector<TruncatedPartition>& partitions, bool dry_run, const RowsOutput& output) {
  return rows_text(
      partitions, kTruncatedColumns, output,
      [](const TruncatedPartition& row) {
        return std::vector<std::string>{row.partition.topic,   number(row.partition.partition),
                                        number(row.beginning), number(row.to),
                                        number(row.end),       std::to_string(row.records())};
      },
      [&](const TruncatedPartition& row, JsonObject& object, std::string&) {
        partition_members(row.partition, object).number("before", row.beginning.value);
        object.number("beginning", row.to.value).number("end", row.end.value).number("records", row.records());
        object.boolean("dry_run", dry_run);
      });
}

std::string ranges_text(const std::vector<OffsetRange>& ranges, const RowsOutput& output) {
  return rows_text(
      ranges, kRangeColumns, output,
      [](const OffsetRange& row) {
        return std::vector<std::string>{row.partition.topic, number(row.partition.partition), number(row.beginning),
                                        number(row.end), std::to_string(row.end - row.beginning)};
      },
      [](const OffsetRange& row, JsonObject& object, std::string&) {
        partition_members(row.partition, object).number("beginning", row.beginning.value);
        object.number("end", row.end.value).number("records", row.end - row.beginning);
      });
}

std::string offsets_text(const std::vector<FoundOffset>& offsets, const RowsOutput& output) {
  auto time = [&](const FoundOffset& row) { return shown_time(row.timestamp, output.format); };
  return rows_text(
      offsets, kOffsetColumns, output,
      [&](const FoundOffset& row) {
        return std::vector<std::string>{row.partition.topic, number(row.partition.partition), number(row.offset),
                                        time(row).value_or("")};
      },
      [&](const FoundOffset& row, JsonObject& object, std::string&) {
        partition_members(row.partition, object).number("offset", row.offset.value).maybe("time", time(row));
      });
}

std::string configs_text(const std::vector<TopicConfig>& configs, const RowsOutput& output) {
  auto synonyms = [](const ConfigEntry& entry, JsonObject& object, std::string& out) {
    object.begin("synonyms");
    out += '[';
    for (const ConfigSynonym& synonym : entry.synonyms) {
      if (out.back() == '}') out += ',';
      JsonObject member(out);
      member.text("config", synonym.name).maybe("value", synonym.value).text("source", source_word(synonym.source));
    }
    out += ']';
  };
  return rows_text(
      configs, kConfigColumns, output,
      [](const TopicConfig& row) {
        return std::vector<std::string>{row.topic, row.entry.name, row.entry.value.value_or(""),
                                        std::string(source_word(row.entry.source)), default_of(row.entry).value_or("")};
      },
      [&](const TopicConfig& row, JsonObject& object, std::string& out) {
        object.text("topic", row.topic).text("config", row.entry.name).maybe("value", row.entry.value);
        object.text("source", source_word(row.entry.source)).maybe("default", default_of(row.entry));
        object.boolean("read_only", row.entry.read_only).boolean("sensitive", row.entry.sensitive);
        object.text("type", type_word(row.entry.type));
        synonyms(row.entry, object, out);
        object.text("documentation", row.entry.documentation);
      });
}

std::string changed_text(const std::vector<ChangedConfig>& changes, bool dry_run, const RowsOutput& output) {
  return rows_text(
      changes, kChangedColumns, output,
      [](const ChangedConfig& row) {
        return std::vector<std::string>{row.topic, row.change.name, row.before.value_or(""),
                                        std::string(operation_word(row.change.operation)),
                                        row.change.value.value_or("")};
      },
      [&](const ChangedConfig& row, JsonObject& object, std::string&) {
        object.text("topic", row.topic).text("config", row.change.name).maybe("before", row.before);
        object.text("change", operation_word(row.change.operation)).maybe("value", row.change.value);
        object.boolean("dry_run", dry_run);
      });
}

}  // namespace kstream::cli
