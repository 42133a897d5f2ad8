#pragma once

#include "base/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace kstream::scenarios {

/// What an answer is an answer to.
struct Asked {
  std::string api;
  int version = 0;
};

/// A request frame of words such as `Produce v9 acks=-1 orders/0=x,y`; README.md says which there are. Throws
/// std::invalid_argument if they are not understood.
std::string request_frame(const std::vector<std::string>& words, std::int32_t correlation, base::Now now, Asked& asked);
/// An answer as text: its fields but for those that are 0 without meaning, empty or null; records as offset:value.
std::string answer_text(const Asked& asked, std::string_view frame);

}  // namespace kstream::scenarios
