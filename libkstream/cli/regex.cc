#include "cli/regex.h"

#include <re2/re2.h>

namespace kstream::cli {
namespace {

re2::RE2::Options options() {
  re2::RE2::Options options(re2::RE2::Latin1);  // one character is one byte
  options.set_log_errors(false);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Regex::Regex(const std::string& expression) : compiled_(std::make_shared<re2::RE2>(expression, options())) {}

std::string Regex::problem() const { return compiled_->error(); }
bool Regex::fits(std::string_view text) const { return re2::RE2::FullMatch(piece(text), *compiled_); }
bool Regex::found_in(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), *compiled_); }

}  // namespace kstream::cli
