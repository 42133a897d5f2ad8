#include "condition.h"

namespace schemac {

std::string condition(Versions versions, Versions context) {
  std::string low = versions.min > context.min ? "version_ >= " + std::to_string(versions.min) : "";
  std::string high = versions.max < context.max ? "version_ <= " + std::to_string(versions.max) : "";
  return low.empty() ? high : high.empty() ? low : low + " && " + high;
}

std::string is_set(const Field& field, const std::string& object) {
  const std::string name = object + field.name;
  const bool empties = field.is_array || field.type == "string" || field.type == "bytes";
  if (field.nullable && field.default_value == "null") return name + ".has_value()";
  if (field.nullable && empties) return "!" + name + " || !" + name + "->empty()";
  if (field.nullable) return name + " != decltype(" + name + "){std::in_place}";
  if (empties) return "!" + name + ".empty()";
  if (field.type == "uuid") return "!" + name + ".is_zero()";
  if (field.is_struct()) return name + " != " + field.type + "{}";
  if (field.type == "bool") return field.default_value == "true" ? "!" + name : name;
  return name + " != " + (field.default_value.empty() ? "0" : field.default_value);
}

}  // namespace schemac
