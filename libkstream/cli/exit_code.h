#pragma once

#include <kstream/error.h>

#include <optional>

namespace kstream::cli {

/// What all programs end with. After SIGINT and SIGTERM a client dies by that signal instead.
enum class ExitCode {
  done = 0,    ///< also: the reader of the pipe left, -n was reached, nothing matched
  failed = 1,  ///< failed, or only partly done
  usage = 2,   ///< the command line or the configuration; nothing was sent
  not_found = 3,
  exists = 4,
  unreachable = 5,  ///< no broker, or a deadline passed
  denied = 6,
  no = 7,  ///< the answer to the question is no: unhealthy
};

/// What a program ends with that could do nothing because of `code`.
ExitCode exit_code_of(ErrorCode code);

/// What a command ends with that was given several items: `done` if all went well, the code that all share if none did,
/// and `failed` in between.
class ItemsOutcome {
 public:
  void add(ExitCode code) { result_ = !result_ || *result_ == code ? code : ExitCode::failed; }
  ExitCode result() const { return result_.value_or(ExitCode::done); }

 private:
  std::optional<ExitCode> result_;
};

}  // namespace kstream::cli
