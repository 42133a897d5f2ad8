#include "cli/position.h"

#include "cli/invalid.h"
#include "cli/number.h"
#include "cli/time_expression.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kstream::cli {
namespace {

using PositionKind = PositionExpression::Kind;

constexpr std::array<std::pair<std::string_view, PositionKind>, 6> kWords = {{{"beginning", PositionKind::beginning},
                                                                              {"start", PositionKind::beginning},
                                                                              {"earliest", PositionKind::beginning},
                                                                              {"end", PositionKind::end},
                                                                              {"latest", PositionKind::end},
                                                                              {"stored", PositionKind::stored}}};

}  // namespace

Result<PositionExpression> parse_position(std::string_view text, Timestamp now) {
  PositionExpression position;
  position.text = text;
  for (auto [word, kind] : kWords) {
    if (word != text) continue;
    position.kind = kind;
    return position;
  }
  if (text.empty()) return invalid("a position is empty");
  bool sign = text.front() == '-' || text.front() == '+';
  if (auto number = parse_number<std::int64_t>(text.substr(sign ? 1 : 0)); number && *number >= 0) {
    position.kind = !sign ? PositionKind::offset : text.front() == '-' ? PositionKind::last : PositionKind::first;
    position.number = *number;
    return position;
  }
  auto time = parse_time(text, now);
  if (time.code() == ErrorCode::invalid_timestamp) return invalid(time.error().detail);
  if (!time) {
    return invalid("'" + position.text +
                   "' is not a position: beginning, end, an offset, -N (the last N), +N (after the first N), -15m, "
                   "03:04, '2026-01-02 03:04', yesterday or @1700000000 (see kconsume(1))");
  }
  position.kind = PositionKind::time;
  position.time = *time;
  return position;
}

Offset resolve(const PositionExpression& position, const PartitionOffsets& offsets, Offset at_time) {
  switch (position.kind) {
    case PositionKind::beginning:
      return offsets.beginning;
    case PositionKind::offset:
      return Offset(position.number);
    case PositionKind::last:
      return position.number > offsets.end - offsets.beginning ? offsets.beginning : offsets.end + -position.number;
    case PositionKind::first:
      return position.number > offsets.end - offsets.beginning ? offsets.end : offsets.beginning + position.number;
    case PositionKind::time:
      return at_time == kNoOffset ? offsets.end : at_time;
    case PositionKind::end:
    case PositionKind::stored:
      break;
  }
  return offsets.end;
}

}  // namespace kstream::cli
