#pragma once

#include "schema.h"

#include <string>
#include <string_view>
#include <vector>

namespace schemac {

/// A line of a schema that says something: how deep it is indented (two spaces each), its words, and the comment lines
/// directly above it.
struct Line {
  int number = 0;
  std::size_t depth = 0;
  std::vector<std::string> words;
  std::string doc;
};

/// The lines of a schema. Throws SchemaError.
std::vector<Line> split_lines(const std::string& path, std::string_view text);

/// Throws a SchemaError that names the place.
[[noreturn]] void fail(const std::string& path, int line, const std::string& message);

}  // namespace schemac
