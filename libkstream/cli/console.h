#pragma once

#include "cli/exit_code.h"

#include <string>
#include <string_view>

namespace kstream::cli {

/// What a program says on stderr, one line at a time, each beginning with the program's name.
class Console {
 public:
  Console(std::string_view program, bool color) : program_(program), color_(color) {}

  void set_quiet(bool quiet) { quiet_ = quiet; }
  void set_verbosity(int level) { verbosity_ = level; }
  bool quiet() const { return quiet_; }
  int verbosity() const { return verbosity_; }
  std::string_view program() const { return program_; }

  /// What failed. Never silenced. Control characters of `text` are shown as \xNN.
  void error(std::string_view text) const;
  /// What a user wants to know; not with -q.
  void note(std::string_view text) const;
  /// What a user asked to be told by -v.
  void detail(std::string_view text) const;

  /// How things stand, instead of what status() said before: on a terminal on a line that the next thing said takes
  /// away, empty text too; elsewhere on one of its own.
  void status(std::string_view text) const;

  /// A question: stays on its line. Never silenced.
  void ask(std::string_view text) const { put(text, false, ""); }

  /// error() and the exit code for it.
  ExitCode fail(ExitCode code, std::string_view text) const {
    error(text);
    return code;
  }

 private:
  void line(std::string_view text, bool bold) const { put(text, bold, "\n"); }
  void put(std::string_view text, bool bold, std::string_view end) const;

  std::string_view program_;
  bool color_;
  bool quiet_ = false;
  int verbosity_ = 0;
  mutable bool status_stands_ = false;  ///< on the terminal's current line
};

/// `auto`, `always` or `never` for what goes to `fd`: auto is a terminal without NO_COLOR.
bool use_color(std::string_view when, int fd);

}  // namespace kstream::cli
