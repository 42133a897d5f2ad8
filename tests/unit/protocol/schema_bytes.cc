#include "schema_bytes.h"

#include "base/bytes.h"
#include "base/varint.h"
#include "parse.h"

#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace kstream::testing {

using schemac::Field;
using schemac::Struct;

namespace {
bool contains(const schemac::Versions& versions, int version) {
  return versions.min <= version && version <= versions.max;
}
}  // namespace

std::map<std::string, schemac::Message> read_schemas() {
  std::map<std::string, schemac::Message> messages;
  for (const auto& file : std::filesystem::directory_iterator(SCHEMA_DIR)) {
    std::ifstream in(file.path());
    std::ostringstream text;
    text << in.rdbuf();
    for (auto& message : schemac::parse(file.path(), text.str()).messages) messages.emplace(message.name, message);
  }
  return messages;
}

std::string SchemaBytes::message(Values values) {
  std::string out;
  put_struct(out, message_.name, values);
  return out;
}

void SchemaBytes::put_struct(std::string& out, const std::string& name, Values values) {
  for (const Struct& type : message_.structs) {
    if (type.name != name) continue;
    for (const Field& field : type.fields) {
      if (!field.tag && contains(field.versions, version_)) put_field(out, field, values);
    }
    if (flexible_) put_tags(out, type, values);
  }
}

void SchemaBytes::put_tags(std::string& out, const Struct& type, Values values) {
  std::map<std::uint32_t, std::string> tags;
  for (const std::uint32_t tag : unknown_tags_) tags[tag] = std::string(tag % 200, 'u');
  for (const Field& field : type.fields) {
    if (!field.tag || !contains(field.versions, version_)) continue;
    std::string value, usual;
    put_field(value, field, values);
    put_field(usual, field, Values::kDefault);
    if (value != usual) tags[static_cast<std::uint32_t>(*field.tag)] = value;
  }
  base::append_uvarint(out, static_cast<std::uint32_t>(tags.size()));
  for (const auto& [tag, value] : tags) {
    base::append_uvarint(out, tag);
    base::append_uvarint(out, static_cast<std::uint32_t>(value.size()));
    out += value;
  }
}

void SchemaBytes::put_length(std::string& out, int size, bool classic_is_short) {
  char bytes[4];
  if (flexible_) {
    base::append_uvarint(out, static_cast<std::uint32_t>(size + 1));
  } else if (classic_is_short) {
    base::store_be(bytes, static_cast<std::int16_t>(size));
    out.append(bytes, 2);
  } else {
    base::store_be(bytes, size);
    out.append(bytes, 4);
  }
}

void SchemaBytes::put_field(std::string& out, const Field& field, Values values) {
  const bool may_be_null = field.nullable && contains(*field.nullable, version_);
  const bool null = values == Values::kRandom ? may_be_null && random_->chance(0.3) : field.default_value == "null";
  const bool present_byte = field.nullable && field.is_struct() && !field.is_array;
  if (present_byte) out += static_cast<char>(null ? -1 : 1);
  if (null) {
    if (!present_byte) put_length(out, -1, field.type == "string" && !field.is_array);
  } else if (field.is_array) {
    const auto count = values == Values::kRandom ? static_cast<int>(random_->below(4)) : 0;
    put_length(out, count, false);
    for (int i = 0; i < count; ++i) put_one(out, field, values);
  } else {
    put_one(out, field, values);
  }
}

void SchemaBytes::put_one(std::string& out, const Field& field, Values values) {
  if (field.is_struct()) return put_struct(out, field.type, values);
  if (field.type != "string" && field.type != "bytes" && field.type != "records") return put_scalar(out, field, values);
  const std::string content = values == Values::kRandom ? some_bytes(text_ && field.type == "string") : "";
  put_length(out, static_cast<int>(content.size()), field.type == "string");
  out += content;
}

std::string SchemaBytes::some_bytes(bool text) {
  static const std::string characters[] = {std::string(1, '\0'), "a", "\"", "\x7f", "\u00e9", "\u20ac", "\U0001f600"};
  std::string bytes;
  for (auto left = random_->below(4) * random_->below(70); left > 0; --left) {
    bytes += text ? characters[random_->below(std::size(characters))]
                  : std::string(1, static_cast<char>(random_->below(256)));
  }
  return bytes;
}

void SchemaBytes::put_scalar(std::string& out, const Field& field, Values values) {
  static const std::map<std::string, std::size_t> sizes = {{"bool", 1},   {"int8", 1},    {"int16", 2},
                                                           {"uint16", 2}, {"int32", 4},   {"uint32", 4},
                                                           {"int64", 8},  {"float64", 8}, {"uuid", 16}};
  std::int64_t value = field.default_value == "true" ? 1 : std::strtoll(field.default_value.c_str(), nullptr, 0);
  std::uint64_t high = 0;
  if (values == Values::kRandom && !random_->chance(0.2)) {
    value = static_cast<std::int64_t>(random_->next());
    high = random_->next();
    if (field.type == "bool") value &= 1;
    if (field.type == "float64") value = std::bit_cast<std::int64_t>(static_cast<double>(value));
  }
  char bytes[16];
  base::store_be(bytes, high);
  base::store_be(bytes + 8, value);
  out.append(bytes + 16 - sizes.at(field.type), sizes.at(field.type));
}

}  // namespace kstream::testing
