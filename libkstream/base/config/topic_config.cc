#include "base/config/topic_config.h"

#include "base/config/suggest.h"
#include "base/config/value.h"

#include <variant>

namespace kstream::config {
namespace {

/// Where a config goes. internal.segment.bytes comes behind segment.bytes and so wins.
struct Field {
  std::string_view name;
  std::variant<std::int32_t TopicConfig::*, std::int64_t TopicConfig::*> member;
};
constexpr Field kFields[] = {
    {"file.delete.delay.ms", &TopicConfig::file_delete_delay_ms},
    {"index.interval.bytes", &TopicConfig::index_interval_bytes},
    {"max.message.bytes", &TopicConfig::max_message_bytes},
    {"message.timestamp.after.max.ms", &TopicConfig::message_timestamp_after_max_ms},
    {"message.timestamp.before.max.ms", &TopicConfig::message_timestamp_before_max_ms},
    {"min.insync.replicas", &TopicConfig::min_insync_replicas},
    {"retention.bytes", &TopicConfig::retention_bytes},
    {"retention.ms", &TopicConfig::retention_ms},
    {"segment.bytes", &TopicConfig::segment_bytes},
    {"internal.segment.bytes", &TopicConfig::segment_bytes},
    {"segment.index.bytes", &TopicConfig::segment_index_bytes},
    {"segment.jitter.ms", &TopicConfig::segment_jitter_ms},
    {"segment.ms", &TopicConfig::segment_ms},
};

/// The value if a topic may have it.
std::optional<std::string_view> valid_value(std::string_view name, const Values& overrides) {
  auto set = overrides.find(name);
  if (set == overrides.end() || !validate_topic_config(name, set->second)) return std::nullopt;
  return set->second;
}

}  // namespace

Status validate_topic_config(std::string_view name, std::string_view value) {
  const Row* row = find_row(topic_rows(), name);
  if (!row) return {ErrorCode::invalid_config, unknown_name(name, topic_rows())};
  if (auto status = check_value(*row, value); !status) return status;
  if (row->effect == Effect::obeyed || is_default(*row, value)) return {};
  std::string only = row->default_value->empty() ? "no value" : "\"" + std::string(*row->default_value) + '"';
  return {ErrorCode::invalid_config,
          '"' + std::string(name) + "\" has no effect yet: only its default is accepted, " + only};
}

TopicConfig resolve(const Values& overrides, const TopicConfig& defaults) {
  TopicConfig config = defaults;
  for (const Field& field : kFields) {
    auto value = valid_value(field.name, overrides);
    if (!value) continue;
    std::visit([&]<class Number>(
                   Number TopicConfig::*member) { config.*member = static_cast<Number>(*parse_integer(*value)); },
               field.member);
  }
  if (auto value = valid_value("message.timestamp.type", overrides)) {
    config.message_timestamp_type =
        trim(*value) == "LogAppendTime" ? TimestampType::log_append_time : TimestampType::create_time;
  }
  return config;
}

}  // namespace kstream::config
