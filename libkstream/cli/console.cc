#include "cli/console.h"

#include "cli/output.h"
#include "cli/visible.h"

#include <unistd.h>
#include <cstdlib>
#include <string>
#include <utility>

namespace kstream::cli {
namespace {

constexpr const char* kEraseLine = "\r\x1b[K";

}  // namespace

void Console::put(std::string_view text, bool bold, std::string_view end) const {
  std::string out = std::exchange(status_stands_, false) ? kEraseLine : "";
  out += color_ && bold ? "\x1b[1;31m" : "";
  out += program_;
  out += color_ && bold ? ":\x1b[0m " : ": ";
  std::string shown;
  append_visible(text, color_, shown);
  for (char c : shown) c == '\n' ? void(out += "\\x0A") : out.push_back(c);  // a message is one line
  out += end;
  write_stderr(out);
}

void Console::status(std::string_view text) const {
  bool terminal = ::isatty(STDERR_FILENO) != 0;
  if (!text.empty()) put(text, false, terminal ? "" : "\n");
  if (text.empty() && status_stands_) write_stderr(kEraseLine);
  status_stands_ = terminal && !text.empty();
}

void Console::error(std::string_view text) const { line(text, true); }

void Console::note(std::string_view text) const {
  if (!quiet_) line(text, false);
}

void Console::detail(std::string_view text) const {
  if (verbosity_ > 0) line(text, false);
}

bool use_color(std::string_view when, int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  if (when == "always") return true;
  return when != "never" && (!no_color || !*no_color) && ::isatty(fd) != 0;
}

}  // namespace kstream::cli
