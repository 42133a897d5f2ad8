#include "cli/names_input.h"

#include "cli/invalid.h"

#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace kstream::cli {
namespace {

Result<std::vector<std::string>> lines_of_stdin() {
  std::string text;
  char buffer[4096];
  for (;;) {
    ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return invalid(std::string("stdin: ") + std::strerror(errno));
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  std::vector<std::string> lines;
  for (std::string_view rest(text); !rest.empty();) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

Result<std::vector<std::string>> with_names_of_stdin(std::vector<std::string> words) {
  std::vector<std::string> names;
  bool read = false;
  for (auto& word : words) {
    if (word != "-") {
      names.push_back(std::move(word));
      continue;
    }
    if (std::exchange(read, true)) return invalid("- stands there twice, but there is one stdin");
    auto lines = lines_of_stdin();
    if (!lines) return lines.error();
    names.insert(names.end(), lines->begin(), lines->end());
  }
  return names;
}

}  // namespace kstream::cli
