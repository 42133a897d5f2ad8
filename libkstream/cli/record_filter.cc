#include "cli/record_filter.h"

#include <algorithm>

namespace kstream::cli {

bool RecordFilter::passes(const RecordView& record) const {
  if (key && record.key != std::optional<std::string_view>(*key)) return false;
  bool has_headers = std::ranges::all_of(headers, [&](const Header& wanted) {
    return std::any_of(record.headers.begin(), record.headers.end(), [&](const HeaderView& header) {
      return header.name == wanted.name &&
             (!wanted.value || header.value == std::optional<std::string_view>(*wanted.value));
    });
  });
  if (!has_headers || greps.empty()) return has_headers;
  return record.value && std::ranges::any_of(greps, [&](const Regex& grep) { return grep.found_in(*record.value); });
}

}  // namespace kstream::cli
