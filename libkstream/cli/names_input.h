#pragma once

#include <kstream/result.h>

#include <string>
#include <vector>

namespace kstream::cli {

/// `words`, with the lines of stdin in the place of `-`; empty lines are passed over. INVALID_REQUEST if `-` stands
/// there twice, or stdin cannot be read.
Result<std::vector<std::string>> with_names_of_stdin(std::vector<std::string> words);

}  // namespace kstream::cli
