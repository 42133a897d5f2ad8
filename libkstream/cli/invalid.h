#pragma once

#include <kstream/result.h>

#include <string>
#include <utility>

namespace kstream::cli {

/// What was typed is wrong; `detail` says what and, where there is one, what to type instead.
inline Error invalid(std::string detail) { return {ErrorCode::invalid_request, std::move(detail)}; }

}  // namespace kstream::cli
