#pragma once

#include <kstream/config_text.h>
#include <kstream/result.h>

#include <string>
#include <vector>

namespace kstream::cli {

/// A whole file, of 1 MiB at most. The error's detail begins with the path.
Result<std::string> read_file(const std::string& path);

/// Reads and parses `path`. Every error's detail begins with the path, and the line where there is one.
Result<std::vector<Setting>> read_settings(const std::string& path);

}  // namespace kstream::cli
