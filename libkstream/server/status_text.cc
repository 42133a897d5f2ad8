#include "base/json.h"
#include "server/server.h"

namespace kstream::server {
namespace {

void print(const std::string& name, const base::JsonValue& value, std::string& out) {
  if (const auto* object = value.object()) {
    for (const auto& member : *object)
      print(name.empty() || name == "metrics" ? member.name : name + " " + member.name, member.value, out);
  } else if (const auto* array = value.array()) {
    for (const auto& element : *array) print(name, element, out);
  } else if (const auto* text = value.string()) {
    out += name + "\t" + *text + "\n";
  } else if (const auto* number = value.integer(); number && *number != 0) {
    out += name + "\t" + std::to_string(*number) + "\n";
  }
}

}  // namespace

std::string status_text(const std::string& json) {
  auto value = base::parse_json(json);
  if (!value.ok()) return json;
  std::string out;
  print("", *value, out);
  return out;
}

}  // namespace kstream::server
