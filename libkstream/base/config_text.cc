#include <kstream/config_text.h>

#include "base/config/value.h"
#include "base/properties.h"
#include "base/toml.h"

#include <algorithm>

namespace kstream {
namespace {

/// Whether a file without a telling name is Java properties: the first value that decides is bare text
/// (`log.dirs=/data`), which TOML does not have. Files that are both mean the same.
bool looks_like_properties(std::string_view text) {
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = config::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '!') return true;
    if (line[0] == '[' || line[0] == '"' || line[0] == '\'') return false;
    auto value = config::trim(line.substr(std::min(line.find('='), line.size() - 1) + 1));
    bool either = config::parse_boolean(value) || config::parse_real(value);
    if (!either) return value.empty() || std::string_view("\"'[{").find(value[0]) == std::string_view::npos;
  }
  return false;
}

}  // namespace

Result<std::vector<Setting>> parse_config_text(std::string_view text, std::string_view file_name) {
  bool properties =
      file_name.ends_with(".properties") || (!file_name.ends_with(".toml") && looks_like_properties(text));
  return properties ? base::parse_properties(text) : base::parse_toml(text);
}

}  // namespace kstream
