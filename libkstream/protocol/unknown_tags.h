#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kstream::protocol {

/// A tagged field that the schema does not know, byte for byte.
struct UnknownTag {
  std::uint32_t tag = 0;
  std::string bytes;
  bool operator==(const UnknownTag&) const = default;
};

/// In ascending order of tag. Records keep these, so that what a newer release wrote survives our rewriting it.
using UnknownTags = std::vector<UnknownTag>;

}  // namespace kstream::protocol
