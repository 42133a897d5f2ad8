#include "records/control.h"

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
