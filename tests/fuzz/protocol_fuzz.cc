#include "support/messages.h"

#include "protocol/header.h"
#include "protocol/record_frame.h"

#include <cstdlib>

/// Two bytes choose a message, one a version; the rest is the message. What decodes must encode, and what it encodes
/// to must say the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kstream;
  const base::BytesView input(reinterpret_cast<const char*>(data), size);
  if (size < 3) return 0;
  protocol::Reader header_reader(input, false);
  (void)protocol::read_request_header(header_reader);
  protocol::Reader frame_reader(input, true);
  (void)protocol::read_record_frame(frame_reader);

  const auto& all = kstream::testing::all_messages();
  const auto& type = all[base::load_be<std::uint16_t>(input.data()) % all.size()];
  const int version = type.min + data[2] % (type.max - type.min + 1);
  const auto result = kstream::testing::recode(type, input.substr(3), version);
  if (!result.decoded) return 0;
  if (!result.encoded) std::abort();
  const auto again = kstream::testing::recode(type, result.bytes, version);
  if (!again.decoded || again.left != 0 || again.bytes != result.bytes) std::abort();
  return 0;
}
