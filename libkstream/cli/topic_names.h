#pragma once

#include <kstream/admin.h>
#include <kstream/result.h>

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// Whether `name` is a shell pattern, not a topic: topics' names have none of `*?[`.
inline bool is_glob(std::string_view name) { return name.find_first_of("*?[") != std::string_view::npos; }

bool matches_glob(const std::string& glob, const std::string& name);

/// For each of `wanted` the topics it stands for: itself, or what a glob fits, internal topics only if `internal`.
Result<std::vector<std::vector<std::string>>> expand_topics(Admin& admin, std::span<const std::string> wanted,
                                                            bool internal, std::chrono::milliseconds timeout);

/// The same with anchored regular expressions (RE2), which must be valid.
Result<std::vector<std::vector<std::string>>> expand_regexes(Admin& admin, std::span<const std::string> wanted,
                                                             bool internal, std::chrono::milliseconds timeout);

}  // namespace kstream::cli
