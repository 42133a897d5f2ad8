#include "log/checkpoint.h"

namespace kstream::log {
namespace {

using base::BytesView;

Error damaged(std::string what) { return {ErrorCode::corrupt_message, std::move(what)}; }

std::vector<BytesView> split_lines(BytesView text) {
  std::vector<BytesView> lines;
  while (!text.empty()) {
    const auto size = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, size);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return lines;
}

}  // namespace

Result<std::vector<BytesView>> parse_checkpoint_lines(BytesView text) {
  auto lines = split_lines(text);
  if (lines.size() < 2) return damaged("it lacks its first two lines");
  if (lines[0] != "0") return damaged("version \"" + std::string(lines[0]) + "\" is unknown");
  const auto count = parse_integers<1>(lines[1]);
  const auto entries = static_cast<std::int64_t>(lines.size() - 2);
  if (!count || (*count)[0] != entries) {
    return damaged("it announces \"" + std::string(lines[1]) + "\" entries and has " + std::to_string(entries));
  }
  lines.erase(lines.begin(), lines.begin() + 2);
  return lines;
}

Result<OffsetCheckpoint> parse_offset_checkpoint(BytesView text) {
  auto lines = parse_checkpoint_lines(text);
  if (!lines) return std::move(lines).error();
  OffsetCheckpoint offsets;
  for (auto line : *lines) {
    const auto topic = line.substr(0, line.find(' '));
    const auto numbers = parse_integers<2>(line.substr(std::min(topic.size() + 1, line.size())));
    if (topic.empty() || !numbers || (*numbers)[0] < 0 || (*numbers)[0] > INT32_MAX || (*numbers)[1] < 0) {
      return damaged("not a topic, a partition and an offset: \"" + std::string(line) + "\"");
    }
    offsets[{std::string(topic), PartitionId(static_cast<std::int32_t>((*numbers)[0]))}] = Offset((*numbers)[1]);
  }
  return offsets;
}

std::string print_offset_checkpoint(const OffsetCheckpoint& offsets) {
  std::string text = "0\n" + std::to_string(offsets.size()) + "\n";
  for (const auto& [key, offset] : offsets) {
    text += key.topic + " " + std::to_string(key.partition.value) + " " + std::to_string(offset.value) + "\n";
  }
  return text;
}

Result<Uuid> parse_partition_metadata(BytesView text) {
  constexpr BytesView kVersion = "version: 0", kTopicId = "topic_id: ";
  const auto lines = split_lines(text);
  if (lines.size() != 2 || lines[0] != kVersion || !lines[1].starts_with(kTopicId)) {
    return damaged("it does not say \"version: 0\" and \"topic_id: ...\"");
  }
  const auto id = Uuid::parse(lines[1].substr(kTopicId.size()));
  if (!id || id->is_zero()) return damaged("\"" + std::string(lines[1]) + "\" names no topic id");
  return *id;
}

std::string print_partition_metadata(Uuid topic_id) { return "version: 0\ntopic_id: " + topic_id.to_string(); }

}  // namespace kstream::log
