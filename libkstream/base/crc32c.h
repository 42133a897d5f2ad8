#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace kstream::base {

/// CRC-32C (Castagnoli), as in iSCSI (RFC 3720, B.4). `previous` is the result for the bytes before, 0 if there are
/// none: crc32c(crc32c(0, a), b) is the checksum of a followed by b.
std::uint32_t crc32c(std::uint32_t previous, BytesView bytes);

/// The same without special instructions: what crc32c does on a CPU that lacks SSE4.2, and what tests compare it with.
std::uint32_t crc32c_by_table(std::uint32_t previous, BytesView bytes);

}  // namespace kstream::base
