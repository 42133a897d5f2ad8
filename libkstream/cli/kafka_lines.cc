#include "cli/kafka_lines.h"

#include "cli/output.h"

namespace kstream::cli {

std::optional<std::string_view> KafkaLineInput::next_line(LineReader& reader) {
  if (after_cr_ && reader.rest().starts_with('\n')) {
    reader.take(1);
    after_cr_ = false;
  }
  std::string_view rest = reader.rest();
  const auto end = rest.find_first_of("\r\n");
  if (end == std::string_view::npos && (rest.empty() || !reader.at_end())) return std::nullopt;
  after_cr_ = end != std::string_view::npos && rest[end] == '\r';
  reader.take(std::min(rest.size(), end == std::string_view::npos ? rest.size() : end + 1));
  return rest.substr(0, end);
}

RecordInput::Cut KafkaLineInput::next(LineReader& reader, JsonRecord& record) {
  if (lines_.prompt && !prompted_) prompted_ = write_stdout(">");
  auto line = next_line(reader);
  if (!line) return Cut::more;
  prompted_ = false;
  ++line_number_;
  return parse(*line, record);
}

std::optional<std::string_view> KafkaLineInput::cut(const std::string& separator, std::string_view& rest) const {
  const auto at = rest.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  auto before = rest.substr(0, at);
  rest.remove_prefix(at + separator.size());
  return before;
}

RecordInput::Cut KafkaLineInput::parse(std::string_view line, JsonRecord& record) {
  record = {};
  std::string_view rest = line;
  const auto missing = [&](const char* what) {
    return bad("No " + std::string(what) + " found on line number " + std::to_string(line_number_) + ": '" +
               std::string(line) + '\'');
  };
  headers_.clear();
  if (lines_.has_headers) {
    auto headers = cut(lines_.headers_delimiter, rest);
    if (!headers && !lines_.ignore_error) return missing("headers delimiter");
    if (headers && !is_null(*headers) && parse_headers(*headers) == Cut::bad) return Cut::bad;
  }
  if (lines_.has_key) {
    auto key = cut(lines_.key_separator, rest);
    if (!key && !lines_.ignore_error) return missing("key separator");
    if (key && !is_null(*key)) record.key = key;
  }
  if (!is_null(rest)) record.value = rest;
  record.headers = headers_;
  return Cut::record;
}

RecordInput::Cut KafkaLineInput::parse_headers(std::string_view text) {
  // As where Java splits a text, empty ones at the end are none.
  const std::string& separator = lines_.headers_separator;
  const bool only_separators = [&] {
    for (; text.ends_with(separator); text.remove_suffix(separator.size())) {
      if (text.size() == separator.size()) return true;
    }
    return false;
  }();
  for (bool more = !only_separators; more;) {
    const auto at = text.find(separator);
    more = at != std::string_view::npos;
    std::string_view pair = text.substr(0, at);
    if (more) text.remove_prefix(at + separator.size());
    const auto colon = pair.find(lines_.headers_key_separator);
    if (colon == std::string_view::npos && !lines_.ignore_error)
      return bad("No header key separator found in pair '" + std::string(pair) + "' on line number " +
                 std::to_string(line_number_));
    HeaderView header{pair.substr(0, colon), std::nullopt};
    if (is_null(header.name))
      return bad("Header keys should not be equal to the null marker '" + *lines_.null_marker +
                 "' as they can't be null");
    if (colon != std::string_view::npos) header.value = pair.substr(colon + lines_.headers_key_separator.size());
    if (header.value && is_null(*header.value)) header.value.reset();
    headers_.push_back(header);
  }
  return Cut::record;
}

}  // namespace kstream::cli
