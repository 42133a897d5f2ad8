#pragma once

#include "protocol/reader.h"
#include "protocol/records_field.h"
#include "protocol/unknown_tags.h"
#include "protocol/writer.h"

#include <kstream/ids.h>
#include <kstream/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What every generated header includes. A message is a plain struct with
///   void encode(Writer&, int version) const;   // fails for a field that is set but not in this version
///   void decode(Reader&, int version);         // into a default-constructed struct; asks nothing, see Reader::ok()
///   std::string describe() const;              // one line, for logs
/// where version is in [kMinVersion, kMaxVersion] and the Writer or Reader is flexible from kFlexibleFrom on.
namespace kstream::protocol {

/// kFlexibleFrom of a message none of whose versions is flexible.
inline constexpr int kNeverFlexible = 0x7fff;

/// The bytes of `message`, without header; INVALID_REQUEST if it cannot be said in this version.
template <class M>
Result<std::string> encoded(const M& message, int version) {
  std::string out;
  Writer writer(out, version >= M::kFlexibleFrom);
  message.encode(writer, version);
  if (!writer.ok()) return Error{ErrorCode::invalid_request, writer.error()};
  return out;
}

/// The message in `bytes`; INVALID_REQUEST if it is not one. Bytes behind it are ignored, as Apache Kafka does.
template <class M>
Result<M> decoded(BytesView bytes, int version) {
  M message;
  Reader reader(bytes, version >= M::kFlexibleFrom);
  message.decode(reader, version);
  if (!reader.ok()) return Error{ErrorCode::invalid_request, reader.error()};
  return message;
}

}  // namespace kstream::protocol
