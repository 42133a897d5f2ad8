#include "cli/target.h"

#include "cli/invalid.h"
#include "cli/number.h"

namespace kstream::cli {
namespace {

Error not_partitions(std::string_view text) {
  return invalid("'" + std::string(text) + "' is not a list of partitions, such as 3 or 0,2-5");
}

Status parse_positions(std::string_view text, Timestamp now, Target& target) {
  auto dots = text.find("..");
  auto from = text.substr(0, dots);
  if (!from.empty()) {
    auto position = parse_position(from, now);
    if (!position) return position.error();
    target.from = *position;
  }
  if (dots == std::string_view::npos || dots + 2 == text.size()) return {};
  auto position = parse_position(text.substr(dots + 2), now);
  if (!position) return position.error();
  target.until = *position;
  return {};
}

}  // namespace

Result<std::vector<PartitionRange>> parse_partitions(std::string_view text) {
  std::vector<PartitionRange> ranges;
  for (auto rest = text; ranges.empty() || rest.data() != nullptr;) {
    auto comma = rest.find(',');
    auto item = rest.substr(0, comma);
    auto dash = item.find('-');
    auto first = parse_number<std::int32_t>(item.substr(0, dash));
    auto last = dash == std::string_view::npos ? first : parse_number<std::int32_t>(item.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first) return not_partitions(text);
    ranges.push_back({*first, *last});
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return ranges;
}

Result<Target> parse_target(std::string_view text, Timestamp now) {
  Target target;
  auto colon = text.find(':');
  target.topic = text.substr(0, colon);
  if (target.topic.empty()) return invalid("'" + std::string(text) + "' names no topic");
  if (target.topic.find('@') != std::string::npos) {
    return invalid("'" + std::string(text) + "': a position stands behind the partitions, as in " +
                   target.topic.substr(0, target.topic.find('@')) + ":0@1200, or in -o");
  }
  if (colon == std::string_view::npos) return target;
  auto rest = text.substr(colon + 1);
  auto at = rest.find('@');
  auto ranges = parse_partitions(rest.substr(0, at));
  if (!ranges) return ranges.error();
  target.partitions = std::move(*ranges);
  if (at == std::string_view::npos) return target;
  if (auto parsed = parse_positions(rest.substr(at + 1), now, target); !parsed) return parsed.error();
  return target;
}

}  // namespace kstream::cli
