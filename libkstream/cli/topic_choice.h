#pragma once

#include <kstream/admin.h>
#include <kstream/result.h>

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace kstream::cli {

/// The topics that a command is about, as they were typed.
struct TopicChoice {
  std::vector<std::string> names;  ///< plain names; for what reads also globs; none: all
  bool patterns = false;           ///< names are regular expressions, each for whole names (-E)
  bool internal = false;           ///< what stands for several topics stands for internal ones too
};

/// The names of the topics chosen, each once: a plain name in its place, whether it is there or not, and what a glob or
/// a regular expression fits, sorted.
Result<std::vector<std::string>> choose_topics(Admin& admin, const TopicChoice& choice,
                                               std::chrono::milliseconds timeout);

/// INVALID_REQUEST if one of `names` is no regular expression.
Status check_patterns(std::span<const std::string> names);

}  // namespace kstream::cli
