#include "records/compress.h"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace kstream;
using namespace kstream::records;

/// The first byte is the codec; the rest is decompressed. What comes out must survive being compressed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  const auto codec = static_cast<Codec>(data[0] & 7);
  const base::BytesView in(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string out, again, back;
  const Status status = decompress_all(codec, in, kLimit, out);
  if (out.size() > kLimit) std::abort();
  if (!status.ok()) return 0;
  if (!compress(codec, {}, out, again).ok() || !decompress_all(codec, again, kLimit, back).ok() || back != out)
    std::abort();
  return 0;
}
