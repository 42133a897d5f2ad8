#pragma once

#include "base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>

namespace kstream::records {

/// What a record of a control batch says; the values of these records are messages of the protocol.
enum class ControlType : std::int16_t {
  abort = 0,
  commit = 1,
  leader_change = 2,
  snapshot_header = 3,
  snapshot_footer = 4,
  kraft_version = 5,
  kraft_voters = 6,
};

/// The key of a control record: version 0, then the type.
std::array<char, 4> control_key(ControlType type);

/// Nothing if `key` is too short, of a negative version or of a type unknown here: such records are to be skipped.
std::optional<ControlType> parse_control_key(base::BytesView key);

}  // namespace kstream::records
