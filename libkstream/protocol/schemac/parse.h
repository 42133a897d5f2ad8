#pragma once

#include "schema.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace schemac {

/// `produce.api:12: message`. Thrown by parse() and reported by main().
struct SchemaError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Parses the text of the schema file at `path`; the extension says whether it is an API or records.
Schema parse(const std::string& path, std::string_view text);

}  // namespace schemac
