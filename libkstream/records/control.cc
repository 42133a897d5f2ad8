#include "records/control.h"

#include <kstream/record.h>

#include <utility>

namespace kstream::records {

std::array<char, 4> control_key(ControlType type) {
  std::array<char, 4> key{};
  base::store_be(key.data() + 2, static_cast<std::int16_t>(type));
  return key;
}

std::optional<ControlType> parse_control_key(base::BytesView key) {
  if (key.size() < 4 || base::load_be<std::int16_t>(key.data()) < 0) return std::nullopt;
  const auto type = base::load_be<std::int16_t>(key.data() + 2);
  if (type < static_cast<std::int16_t>(ControlType::abort) ||
      type > static_cast<std::int16_t>(ControlType::kraft_voters)) {
    return std::nullopt;
  }
  return static_cast<ControlType>(type);
}

}  // namespace kstream::records

namespace kstream {

std::string_view control_record_type(std::optional<std::string_view> key) {
  using records::ControlType;
  constexpr std::pair<ControlType, std::string_view> kNames[] = {
      {ControlType::abort, "abort"},
      {ControlType::commit, "commit"},
      {ControlType::leader_change, "leader_change"},
      {ControlType::snapshot_header, "snapshot_header"},
      {ControlType::snapshot_footer, "snapshot_footer"},
      {ControlType::kraft_version, "kraft_version"},
      {ControlType::kraft_voters, "kraft_voters"},
  };
  const auto type = key ? records::parse_control_key(*key) : std::nullopt;
  for (const auto& [known, name] : kNames) {
    if (type == known) return name;
  }
  return "unknown";
}

}  // namespace kstream
