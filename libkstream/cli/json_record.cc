#include "cli/json_record.h"

#include "cli/base64.h"
#include "cli/invalid.h"
#include "cli/json_text.h"
#include "cli/utf8.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace kstream::cli {
namespace {

using OptionalBytes = std::optional<std::string_view>;

/// `"key":"..."`, or `"key":null,"key_b64":"..."`.
void append_bytes_member(std::string_view name, OptionalBytes bytes, std::string& out) {
  bool text = bytes && is_utf8(*bytes);
  out += '"';
  out += name;
  out += "\":";
  if (text) {
    append_json_string(*bytes, out);
  } else {
    out += "null";
  }
  if (text || !bytes) return;
  out += ",\"";
  out += name;
  out += "_b64\":\"";
  append_base64(*bytes, out);
  out += '"';
}

/// Of HeaderView or Header.
template <class Headers>
void append_headers(const Headers& headers, std::string& out) {
  char separator = '[';
  for (const auto& header : headers) {
    out += separator;
    out += '{';
    append_bytes_member("key", header.name, out);
    out += ',';
    append_bytes_member("value", header.value, out);
    out += '}';
    separator = ',';
  }
  if (separator == '[') out += '[';
  out += ']';
}

/// Of a RecordView or Record, but for the brace behind it.
template <class Parts>
void append_record(std::string_view topic, PartitionId partition, const Parts& record, std::string& out) {
  out += "{\"topic\":";
  topic.empty() ? void(out += "null") : append_json_string(topic, out);
  out += ",\"partition\":";
  partition.value < 0 ? void(out += "null") : append_number(partition.value, out);
  out += ",\"offset\":";
  append_number(record.offset.value, out);
  out += ",\"timestamp\":";
  append_number(record.timestamp.value, out);
  out += ',';
  append_bytes_member("key", record.key, out);
  out += ',';
  append_bytes_member("value", record.value, out);
  out += ",\"headers\":";
  append_headers(record.headers, out);
}

enum class Member { topic, partition, offset, timestamp, key, value, headers, key_b64, value_b64 };
constexpr std::array<std::string_view, 9> kMembers = {"topic", "partition", "offset",  "timestamp", "key",
                                                      "value", "headers",   "key_b64", "value_b64"};

/// What stopped the parser where the text is no JSON.
std::string why_no_json(std::string_view text, const rapidjson::ParseResult& parsed) {
  if (text.empty()) return "an empty line is no JSON object";
  if (parsed.Code() == rapidjson::kParseErrorStringInvalidEncoding)
    return "not UTF-8; such bytes stand base64-encoded in key_b64 or value_b64";
  if (parsed.Code() == rapidjson::kParseErrorStringEscapeInvalid) {
    const bool control = parsed.Offset() < text.size() && static_cast<unsigned char>(text[parsed.Offset()]) < ' ';
    return control ? "a control character within a string, which JSON has as \\t or \\u00NN"
                   : "a backslash that begins none of JSON's escapes";
  }
  return "not a whole JSON object on one line, as jq writes it with -c";
}

/// Where a string that was read lies in the handler's buffer, which may still move.
struct Piece {
  std::size_t begin = 0;
  std::size_t size = 0;
};

struct HeaderPieces {
  std::optional<Piece> key;
  std::optional<Piece> value;
};

}  // namespace

void append_json_headers(const HeaderRange& headers, std::string& out) { append_headers(headers, out); }

void append_json_record(const ShownRecord& shown, std::string& out) {
  append_record(shown.topic, shown.partition, shown.record, out);
  if (shown.batch.control) {
    out += ",\"control\":\"";
    out += control_record_type(shown.record.key);
    out += '"';
  }
  out += '}';
}

void append_json_record(const Record& record, std::string& out) {
  append_record(record.topic, record.partition, record, out);
  out += '}';
}

/// Gets RapidJSON's events. Depth 1 is the record, 2 the array of headers, 3 a header; more is refused.
struct JsonRecordParser::Handler : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonRecordParser::Handler> {
  std::string bytes;  ///< of all strings, one behind the other
  std::vector<HeaderPieces> header_pieces;
  std::vector<HeaderView> headers;
  std::optional<Piece> topic, key, value;
  std::optional<std::int64_t> partition, timestamp;
  std::string problem;
  int depth = 0;
  Member member = Member::topic;

  void reset() {
    bytes.clear();
    header_pieces.clear();
    headers.clear();
    topic = key = value = std::nullopt;
    partition = timestamp = std::nullopt;
    problem.clear();
    depth = 0;
  }
  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }
  std::string name() const { return '"' + std::string(kMembers[static_cast<std::size_t>(member)]) + '"'; }

  bool fail_type() {
    const bool number = member == Member::partition || member == Member::timestamp || member == Member::offset;
    return fail(name() + " is " +
                (depth == 1 && member == Member::headers ? R"(no list such as [{"key":"a","value":"b"}])"
                 : number                                ? "no whole number"
                                                         : "neither a string nor null"));
  }

  bool StartObject() {
    if (depth == 2) header_pieces.emplace_back();
    if (depth != 0 && depth != 2) return fail_type();
    ++depth;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (depth == 3 && !header_pieces.back().key) return fail("a header has no \"key\"");
    --depth;
    return true;
  }
  bool StartArray() {
    if (depth != 1 || member != Member::headers) return depth == 0 ? fail("not an object") : fail_type();
    ++depth;
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    --depth;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    std::string_view wanted(text, size);
    for (std::size_t i = 0; i < kMembers.size(); ++i) {
      member = static_cast<Member>(i);
      bool of_header =
          member == Member::key || member == Member::value || member == Member::key_b64 || member == Member::value_b64;
      if (kMembers[i] == wanted && (depth == 1 || of_header)) return true;
    }
    return fail("unknown member \"" + std::string(wanted) + '"');
  }
  bool Null() { return depth == 1 || depth == 3 || fail("null, where an object is wanted"); }
  bool Default() { return depth == 0 || depth == 2 ? fail("not an object") : fail_type(); }
  bool Int(int number) { return Int64(number); }
  bool Uint(unsigned number) { return Int64(number); }
  bool Uint64(std::uint64_t number) {
    return number <= std::uint64_t{std::numeric_limits<std::int64_t>::max()} ? Int64(static_cast<std::int64_t>(number))
                                                                             : Default();
  }
  bool Int64(std::int64_t number) {
    if (depth != 1) return Default();
    if (member == Member::offset) return true;
    if (member == Member::timestamp) {
      timestamp = number;
      return number >= -1 || fail("\"timestamp\" is negative");
    }
    if (member != Member::partition) return Default();
    partition = number;
    return (number >= 0 && number <= std::numeric_limits<std::int32_t>::max()) || fail("\"partition\" is out of range");
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    std::optional<Piece>* piece = depth == 3   ? (is_key() ? &header_pieces.back().key : &header_pieces.back().value)
                                  : depth != 1 ? nullptr
                                  : member == Member::topic ? &topic
                                  : is_key()                ? &key
                                  : is_value()              ? &value
                                                            : nullptr;
    if (!piece) return Default();
    if (*piece) return fail(name() + " is there twice");
    std::size_t begin = bytes.size();
    if (member != Member::key_b64 && member != Member::value_b64) {
      if (has_surrogate({text, size})) return fail(name() + " has half of a surrogate pair");
      bytes.append(text, size);
    } else if (!decode_base64({text, size}, bytes)) {
      return fail(name() + " is not base64");
    }
    *piece = Piece{begin, bytes.size() - begin};
    return true;
  }

  /// RapidJSON takes a low one without a high one for a character. In text that is UTF-8 otherwise no other sequence
  /// begins so.
  static bool has_surrogate(std::string_view text) {
    for (auto at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1)) {
      if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
    }
    return false;
  }

  bool is_key() const { return member == Member::key || member == Member::key_b64; }
  bool is_value() const { return member == Member::value || member == Member::value_b64; }
  OptionalBytes view(const std::optional<Piece>& piece) const {
    return piece ? OptionalBytes(std::string_view(bytes).substr(piece->begin, piece->size)) : std::nullopt;
  }
};

JsonRecordParser::JsonRecordParser() : handler_(std::make_unique<Handler>()) {}
JsonRecordParser::JsonRecordParser(JsonRecordParser&&) noexcept = default;
JsonRecordParser::~JsonRecordParser() = default;

Result<JsonRecord> JsonRecordParser::parse(std::string_view text) {
  Handler& h = *handler_;
  h.reset();
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
  if (auto parsed = reader.Parse<kFlags>(stream, h); parsed.IsError()) {
    if (h.problem.empty()) h.problem = why_no_json(text, parsed);
    return invalid(h.problem + " (byte " + std::to_string(parsed.Offset()) + ")");
  }
  for (const HeaderPieces& pieces : h.header_pieces) h.headers.push_back({*h.view(pieces.key), h.view(pieces.value)});
  JsonRecord record;
  record.topic = h.view(h.topic);
  if (h.partition) record.partition = static_cast<std::int32_t>(*h.partition);
  record.timestamp = h.timestamp;
  record.key = h.view(h.key);
  record.value = h.view(h.value);
  record.headers = h.headers;
  return record;
}

}  // namespace kstream::cli
