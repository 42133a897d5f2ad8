#include "storage/segment_files.h"

#include <algorithm>
#include <charconv>

namespace kstream::storage {

std::optional<SegmentFile> parse_segment_file(std::string_view name) {
  constexpr std::size_t kDigits = 20;
  if (name.size() <= kDigits) return std::nullopt;
  SegmentFile file{Offset(), name.substr(kDigits)};
  const char* const end = name.data() + kDigits;
  const auto [behind, error] = std::from_chars(name.data(), end, file.base.value);
  const bool known = std::find(kSegmentSuffixes.begin(), kSegmentSuffixes.end(), file.suffix) != kSegmentSuffixes.end();
  if (error != std::errc() || behind != end || name[0] == '-' || file.base > kMaxOffset || !known) return std::nullopt;
  return file;
}

}  // namespace kstream::storage
