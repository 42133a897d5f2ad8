#include "cli/target.h"

#include "cli/invalid.h"
#include "cli/number.h"
#include "cli/regex.h"

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

/// What stands before and behind the colon at `colon`, if there is one.
Result<Target> parse_parts(std::string_view text, std::size_t colon, Timestamp now) {
  Target target;
  target.topic = text.substr(0, colon);
  if (target.topic.empty()) return invalid("'" + std::string(text) + "' names no topic");
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
  auto colon = text.find(':');
  auto name = text.substr(0, colon);
  if (name.find('@') != std::string_view::npos) {
    return invalid("'" + std::string(text) + "': a position stands behind the partitions, as in " +
                   std::string(name.substr(0, name.find('@'))) + ":0@1200, or in -o");
  }
  return parse_parts(text, colon, now);
}

Result<Target> parse_regex_target(std::string_view text, Timestamp now) {
  auto at = text.rfind('@');
  auto colon = text.rfind(':', at);
  bool digits = colon != std::string_view::npos && colon + 1 < text.size() && is_digit(text[colon + 1]);
  auto target = parse_parts(text, digits ? colon : std::string_view::npos, now);
  if (!target) return target.error();
  if (Regex regex(target->topic); !regex.problem().empty())
    return invalid("-E: '" + target->topic + "': " + regex.problem());
  return target;
}

}  // namespace kstream::cli
