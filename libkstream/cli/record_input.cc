#include "cli/record_input.h"

namespace kstream::cli {

RecordInput::Cut LineInput::next(LineReader& reader, JsonRecord& record) {
  auto line = reader.next();
  if (!line) return Cut::more;
  record = {};
  record.value = line;
  if (!key_delimiter_) return Cut::record;
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

RecordInput::Cut JsonInput::next(LineReader& reader, JsonRecord& record) {
  auto line = reader.next();
  if (!line) return Cut::more;
  auto parsed = parser_.parse(*line);
  if (!parsed) return bad(parsed.error().detail);
  record = *parsed;
  return Cut::record;
}

}  // namespace kstream::cli
