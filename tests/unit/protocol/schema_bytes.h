#pragma once

#include "base/random.h"
#include "schema.h"

#include <map>
#include <string>
#include <vector>

namespace kstream::testing {

/// Every message of the schema folder by name.
std::map<std::string, schemac::Message> read_schemas();

/// Writes a message as its schema says, field by field and without the generated code: what that must read and write.
class SchemaBytes {
 public:
  SchemaBytes(const schemac::Message& message, int version)
      : message_(message), version_(version), flexible_(version >= message.flexible_from) {}

  /// Every field has its default value.
  std::string defaults() { return message(Values::kDefault); }
  /// Every field is drawn from `random`; tagged ones that come out as their default are left out, as Kafka does.
  std::string random(base::Random& random) {
    random_ = &random;
    return message(Values::kRandom);
  }
  /// From now on random strings are valid UTF-8, for a reader that keeps no other.
  void set_text() { text_ = true; }
  /// Puts a tagged field of each of these numbers into every tagged section.
  void set_unknown_tags(std::vector<std::uint32_t> tags) { unknown_tags_ = std::move(tags); }

 private:
  enum class Values { kDefault, kRandom };
  std::string message(Values values);
  void put_struct(std::string& out, const std::string& name, Values values);
  void put_tags(std::string& out, const schemac::Struct& type, Values values);
  void put_field(std::string& out, const schemac::Field& field, Values values);
  void put_one(std::string& out, const schemac::Field& field, Values values);
  void put_scalar(std::string& out, const schemac::Field& field, Values values);
  std::string some_bytes(bool text);
  void put_length(std::string& out, int size, bool classic_is_short);

  const schemac::Message& message_;
  int version_;
  bool flexible_;
  bool text_ = false;
  std::vector<std::uint32_t> unknown_tags_;
  base::Random* random_ = nullptr;
};

}  // namespace kstream::testing
