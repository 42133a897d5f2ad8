#pragma once

#include "protocol/all_messages.h"

#include <string>
#include <vector>

/// All messages of the protocol behind one interface, for tests that hold of every one. What is per message is kept
/// small: there are hundreds.
namespace kstream::testing {

struct MessageType {
  const char* name;
  int min, max, flexible_from;
  /// Decodes a message and, if that succeeds, encodes it again and describes it.
  void (*recode)(protocol::Reader& in, protocol::Writer& out, int version, std::string& description);
  /// Encodes one of default values.
  void (*defaults)(protocol::Writer& out, int version);
};

template <class M>
void recode(protocol::Reader& in, protocol::Writer& out, int version, std::string& description) {
  M message;
  message.decode(in, version);
  if (!in.ok()) return;
  message.encode(out, version);
  description = message.describe();
}

inline const std::vector<MessageType>& all_messages() {
  static const MessageType table[] = {
#define KSTREAM_MESSAGE(M)     \
  {#M,                         \
   protocol::M::kMinVersion,   \
   protocol::M::kMaxVersion,   \
   protocol::M::kFlexibleFrom, \
   recode<protocol::M>,        \
   [](protocol::Writer& out, int version) { protocol::M().encode(out, version); }},
#include "protocol/all_messages.inc"
#undef KSTREAM_MESSAGE
  };
  static const std::vector<MessageType> all(std::begin(table), std::end(table));
  return all;
}

/// What became of bytes that were decoded and encoded again.
struct Recoded {
  bool decoded = false;
  std::size_t left = 0;  ///< bytes behind the message
  bool encoded = false;
  std::string bytes;
  std::string description;
};

inline Recoded recode(const MessageType& type, base::BytesView bytes, int version) {
  Recoded result;
  protocol::Reader in(bytes, version >= type.flexible_from);
  protocol::Writer out(result.bytes, version >= type.flexible_from);
  type.recode(in, out, version, result.description);
  result.decoded = in.ok();
  result.left = in.left();
  result.encoded = out.ok();
  return result;
}

}  // namespace kstream::testing
