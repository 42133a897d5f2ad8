#include "protocol/record_frame.h"

namespace kstream::protocol {

namespace {
constexpr std::uint32_t kFrameVersion = 1;
constexpr std::uint32_t kMaxTypeOrVersion = 0x7fff;
}  // namespace

Result<RecordFrame> read_record_frame(Reader& reader) {
  const std::uint32_t frame_version = reader.get_uvarint();
  RecordFrame frame;
  frame.type = reader.get_uvarint();
  frame.version = reader.get_uvarint();
  if (!reader.ok()) return Error{ErrorCode::invalid_record, "no metadata record: " + reader.error()};
  if (frame_version != kFrameVersion) {
    return Error{ErrorCode::invalid_record, "a metadata record in a frame of version " + std::to_string(frame_version)};
  }
  if (frame.type > kMaxTypeOrVersion || frame.version > kMaxTypeOrVersion) {
    return Error{ErrorCode::invalid_record, "a metadata record whose type or version is above 32767"};
  }
  return frame;
}

void write_record_frame(Writer& writer, const RecordFrame& frame) {
  writer.put_uvarint(kFrameVersion);
  writer.put_uvarint(frame.type);
  writer.put_uvarint(frame.version);
}

}  // namespace kstream::protocol
