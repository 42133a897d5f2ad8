#include "cli/progress.h"

#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace kstream::cli {
namespace {

/// Nothing is said of what takes no longer than the first.
constexpr std::chrono::milliseconds kOnTerminal(200), kElsewhere(1000);

bool is_terminal() { return ::isatty(STDERR_FILENO) != 0; }

bool is_wanted(std::string_view when, bool alone, bool quiet) {
  if (quiet || when == "never") return false;
  return when == "always" || (is_terminal() && alone);
}

}  // namespace

bool stdout_is_file() {
  struct stat status {};
  return ::fstat(STDOUT_FILENO, &status) == 0 &&
         (S_ISREG(status.st_mode) || (S_ISCHR(status.st_mode) && ::isatty(STDOUT_FILENO) == 0));
}

bool is_progress_word(std::string_view word) {
  return word.empty() || word == "auto" || word == "always" || word == "never";
}

Progress::Progress(std::string_view when, bool alone, const Console& console)
    : console_(console), wanted_(is_wanted(when, alone, console.quiet())), start_(Clock::now()) {
  next_ = start_ + (is_terminal() ? kOnTerminal : kElsewhere);
}

void Progress::show(std::uint64_t records, std::uint64_t bytes, std::optional<double> part, Clock::time_point now) {
  if (!wanted_) return;
  next_ = now + (is_terminal() ? kOnTerminal : kElsewhere);
  shown_ = true;
  double megabytes = static_cast<double>(bytes) / 1e6, seconds = std::chrono::duration<double>(now - start_).count();
  std::array<char, 120> text{};
  std::snprintf(text.data(), text.size(), "%llu records, %.1f MB, %.1f MB/s", static_cast<unsigned long long>(records),
                megabytes, megabytes / std::max(seconds, 1e-3));
  std::string line = text.data();
  if (part) line += ", " + std::to_string(static_cast<int>(*part * 100)) + '%';
  console_.status(line);
}

void Progress::clear() {
  if (shown_) console_.status("");
  shown_ = false;
}

}  // namespace kstream::cli
