#include "cli/record_input.h"

namespace kstream::cli {

RecordInput::Cut LineInput::next(LineReader& reader, JsonRecord& record) {
  auto line = reader.next();
  if (!line) return Cut::more;
  record.value = line;
  if (!key_delimiter_) return Cut::record;
  record.key.reset();
  if (auto at = line->find(*key_delimiter_); at != std::string_view::npos) {
    record.key = line->substr(0, at);
    record.value = line->substr(at + key_delimiter_->size());
  }
  return Cut::record;
}

RecordInput::Cut TombstoneInput::next(LineReader& reader, JsonRecord& record) {
  auto line = reader.next();
  if (!line) return Cut::more;
  record = {};
  record.key = line;
  return line->empty() ? bad("an empty line is no key") : Cut::record;
}

RecordInput::Cut BatchInput::next(LineReader& reader, JsonRecord& record) {
  // The base offset, 8 bytes, then the length of what follows these 12.
  constexpr std::size_t kPrefix = 12, kLengthAt = 8;
  std::string_view bytes = reader.rest();
  std::uint32_t length = 0;
  if (bytes.size() >= kPrefix) {
    for (char c : bytes.substr(kLengthAt, 4)) length = length << 8 | static_cast<unsigned char>(c);
  }
  if (bytes.size() < kPrefix || bytes.size() - kPrefix < length) {
    if (bytes.empty() || !reader.at_end()) return Cut::more;
    reader.take(bytes.size());
    return bad("the input ends within a batch");
  }
  record = {};
  record.value = bytes.substr(0, kPrefix + length);
  reader.take(kPrefix + length);
  return Cut::record;
}

RecordInput::Cut JsonInput::next(LineReader& reader, JsonRecord& record) {
  const bool first = reader.next_byte() == 0;
  auto line = reader.next();
  if (!line) return Cut::more;
  if (first && line->starts_with(kByteOrderMark)) line->remove_prefix(kByteOrderMark.size());
  auto parsed = parser_.parse(*line);
  if (!parsed) return bad(parsed.error().detail);
  record = *parsed;
  return Cut::record;
}

}  // namespace kstream::cli
