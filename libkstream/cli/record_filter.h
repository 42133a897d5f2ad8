#pragma once

#include "cli/regex.h"

#include <kstream/record.h>

#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// Which records are shown.
struct RecordFilter {
  std::optional<std::string> key;
  std::vector<Header> headers;  ///< all of them must be there; without a value, any value will do
  std::vector<Regex> greps;     ///< the value must hold one of them, if there are any
  bool passes(const RecordView& record) const;
  bool empty() const { return !key && headers.empty() && greps.empty(); }
};

}  // namespace kstream::cli
