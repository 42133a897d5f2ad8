#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <cstdint>

namespace kstream::protocol {

using base::BytesView;

/// A field of type `records`: whole record batches, which this folder never looks into.
struct Records {
  /// Decoded: a view into the frame, which must outlive the message.
  BytesView bytes;
  /// If > 0, encode() writes this length and no bytes; the sender puts that many in where the Splice says.
  std::uint32_t spliced = 0;
  bool operator==(const Records&) const = default;
};

/// A gap in an encoded message: before byte `at` of the Writer's output, `size` bytes follow from elsewhere (a file).
struct Splice {
  std::size_t at;
  std::uint32_t size;
};

}  // namespace kstream::protocol
