#pragma once

#include "cli/flags.h"

#include <kstream/result.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// What was typed, by flag; not yet what it means.
class Arguments {
 public:
  bool has(Flag flag) const { return !of(flag).empty(); }
  /// How often the flag stands there.
  std::size_t count(Flag flag) const { return of(flag).size(); }
  /// Of a flag that takes an argument: the last one, empty if it is not there; all of them.
  std::string_view value(Flag flag) const { return has(flag) ? std::string_view(of(flag).back()) : std::string_view(); }
  std::span<const std::string> all(Flag flag) const { return of(flag); }

  /// What is no flag, without the verb.
  std::span<const std::string> words() const { return words_; }
  /// Whether nothing stands behind a `--` that is there.
  bool ends_in_dashes() const { return ends_in_dashes_; }
  /// The program's verb; the only one, for a program without verbs.
  const Verb& verb() const { return *verb_; }

 private:
  friend class ArgumentParser;
  const std::vector<std::string>& of(Flag flag) const { return values_[static_cast<std::size_t>(flag)]; }

  std::vector<std::vector<std::string>> values_;
  std::vector<std::string> words_;
  bool ends_in_dashes_ = false;
  const Verb* verb_ = nullptr;
};

/// Reads a command line, without the program's name. The error's detail is a usage error with what to type instead. If
/// -h, --help or -V is there nothing else is wanted, and the verb is the program's first.
Result<Arguments> parse_arguments(const Program& program, std::span<const std::string> words);

}  // namespace kstream::cli
