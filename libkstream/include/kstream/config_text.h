#pragma once

#include <kstream/export.h>
#include <kstream/result.h>

#include <string>
#include <string_view>
#include <vector>

namespace kstream {

/// One `name = value` of a configuration file.
struct Setting {
  std::string name;
  std::string value;
  int line = 0;  ///< counted from 1
  bool operator==(const Setting&) const = default;
};

/// The settings of a configuration file, in order of lines: TOML if its name ends in `.toml`, Java properties if in
/// `.properties`, else by what the text looks like. TOML's tables and dotted keys are flattened to names with dots, its
/// lists of plain values become `a,b,c`. An error's detail begins with the line, `12: ...`, and says where a name in
/// quotation marks would have done.
KSTREAM_API Result<std::vector<Setting>> parse_config_text(std::string_view text, std::string_view file_name);

}  // namespace kstream
