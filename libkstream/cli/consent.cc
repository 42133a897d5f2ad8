#include "cli/consent.h"

#include "cli/text.h"

#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <utility>

namespace kstream::cli {
namespace {

constexpr std::size_t kNamesShown = 5;

bool answered_yes() {
  std::string answer;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) answer += c;
  answer = lower_case(trimmed(std::move(answer)));
  return answer == "y" || answer == "yes";
}

}  // namespace

std::optional<ExitCode> ask_consent(const Deed& deed, bool yes, const Console& console) {
  if (yes) {
    console.detail(deed.what);
    return {};
  }
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)
    return console.fail(ExitCode::usage, "would " + deed.what + "; nothing was " + std::string(deed.did) +
                                             ": to do it add -y, to see it all add --dry-run");
  console.ask("shall I " + deed.what + "? This cannot be undone. [y/N] ");
  if (answered_yes()) return {};
  return console.fail(ExitCode::failed, "nothing was " + std::string(deed.did));
}

std::string some_of(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kNamesShown) text += " and " + std::to_string(names.size() - kNamesShown) + " more";
  return text;
}

std::string count_of(std::int64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace kstream::cli
