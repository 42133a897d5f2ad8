#include "base/json.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace kstream::base;

void write(JsonWriter& json, const JsonValue& value) {
  if (auto* boolean = value.boolean()) {
    json.boolean(*boolean);
  } else if (auto* integer = value.integer()) {
    json.integer(*integer);
  } else if (auto* real = value.real()) {
    json.real(*real);
  } else if (auto* text = value.string()) {
    json.string(*text);
  } else if (auto* array = value.array()) {
    json.begin_array();
    for (const auto& item : *array) write(json, item);
    json.end_array();
  } else if (auto* object = value.object()) {
    json.begin_object();
    for (const auto& member : *object) write(json.name(member.name), member.value);
    json.end_object();
  } else {
    json.null();
  }
}

}  // namespace

/// What is read and written again reads as the same; and any bytes, written as a string, are JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!parse_json(JsonWriter().string(text).take(), {.max_bytes = SIZE_MAX})) std::abort();
  auto value = parse_json(text);
  if (!value) return 0;
  std::string last;
  for (int round = 0; round < 3; ++round) {  // the first turns -0.0 into -0, which is the integer 0
    JsonWriter json;
    write(json, *value);
    value = parse_json(json.text(), {.max_bytes = SIZE_MAX});
    if (!value || (round == 2 && json.text() != last)) std::abort();
    last = json.take();
  }
  return 0;
}
