#pragma once

#include "protocol/reader.h"
#include "protocol/writer.h"

#include <kstream/result.h>

#include <cstdint>
#include <string>

namespace kstream::protocol {

/// What precedes the body in the value of a metadata record (KIP-746): the version of the frame, which is 1, the type
/// of the record and its version, each an unsigned varint. The body is always flexible.
struct RecordFrame {
  std::uint32_t type = 0;
  std::uint32_t version = 0;
};

/// Reads the frame and leaves `reader`, which must be flexible, at the body. INVALID_RECORD if it is none.
Result<RecordFrame> read_record_frame(Reader& reader);
void write_record_frame(Writer& writer, const RecordFrame& frame);

/// The value of a metadata record: `record` in `version`, framed. UNSUPPORTED_VERSION if that cannot say it.
template <class Record>
Result<std::string> framed(const Record& record, int version) {
  std::string value;
  Writer writer(value, true);
  write_record_frame(writer, {Record::kRecordType, static_cast<std::uint32_t>(version)});
  record.encode(writer, version);
  if (!writer.ok()) return Error{ErrorCode::unsupported_version, writer.error()};
  return value;
}

}  // namespace kstream::protocol
