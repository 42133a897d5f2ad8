#include "base/toml.h"

#include <cstdint>
#include <cstdlib>

/// Whatever a file holds is read or refused; what is read has a name and a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto settings = kstream::base::parse_toml({reinterpret_cast<const char*>(data), size});
  if (!settings) return 0;
  for (const auto& setting : *settings) {
    if (setting.line < 1 || setting.name.empty()) std::abort();
  }
  return 0;
}
