#include "cli/json_field.h"

#include "cli/input_template.h"
#include "cli/invalid.h"
#include "cli/number.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <optional>
#include <string>

namespace kstream::cli {
namespace {

/// Gets RapidJSON's events, and keeps one member's text.
struct Finder : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Finder> {
  std::string_view wanted;
  std::optional<std::string> found;
  int depth = 0;
  bool here = false;

  bool StartObject() { return enter(); }
  bool StartArray() { return enter(); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }
  bool enter() {
    ++depth;
    here = false;
    return true;
  }
  bool leave() {
    --depth;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    here = depth == 1 && std::string_view(text, size) == wanted;
    return true;
  }
  bool Default() {
    here = false;
    return true;
  }
  /// Numbers too: they are parsed as text.
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (here) found = std::string(text, size);
    here = false;
    return true;
  }
};

}  // namespace

Result<Timestamp> json_time(std::string_view text, std::string_view name) {
  Finder finder;
  finder.wanted = name;
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  constexpr unsigned kFlags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
  if (reader.Parse<kFlags>(stream, finder).IsError()) return invalid("the value is not JSON, where its time would be");
  if (!finder.found) return invalid("no time \"" + std::string(name) + "\" in the value");
  std::string_view time = *finder.found;
  if (auto number = parse_number<std::int64_t>(time); number && *number >= 0) {
    std::int64_t scale = time.size() >= 19 ? 1'000'000 : time.size() >= 16 ? 1'000 : 1;
    return Timestamp(time.size() <= 10 ? *number * 1000 : *number / scale);
  }
  auto parsed = parse_timestamp(time);
  if (!parsed) return invalid("\"" + std::string(name) + "\" is '" + *finder.found + "', which is not a time");
  return Timestamp(*parsed);
}

}  // namespace kstream::cli
