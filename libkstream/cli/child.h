#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// Runs `sh -c command` with these variables beside those of this process, and `input` on its stdin; waits for its end.
/// It need not read all of its input. Returns why it failed, as in "exited with 3"; nothing if it exited with 0.
std::string run_child(const std::string& command, const std::vector<std::string>& environment, std::string_view input);

}  // namespace kstream::cli
