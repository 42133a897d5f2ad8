#pragma once

#include <climits>
#include <optional>
#include <string>
#include <vector>

/// What a schema file says, checked (protocol/README.md has the grammar). Every range of versions is already cut to
/// those of what encloses it.
namespace schemac {

/// Versions min to max, both included.
struct Versions {
  int min = 0;
  int max = SHRT_MAX;
  bool empty() const { return min > max; }
  bool operator==(const Versions&) const = default;
};
inline Versions intersection(Versions a, Versions b) { return {std::max(a.min, b.min), std::min(a.max, b.max)}; }

struct Field {
  std::string doc;  ///< the comment lines above it, without '#'
  std::string name;
  std::string type;  ///< of an element, if it is an array: a scalar's name or a struct's
  bool is_array = false;
  Versions versions;
  std::optional<Versions> nullable;
  std::optional<int> tag;
  bool ignorable = false;
  std::string default_value;  ///< a C++ literal, "null", or empty for the type's own

  bool is_struct() const { return type[0] >= 'A' && type[0] <= 'Z'; }
};

struct Struct {
  std::string doc;
  std::string name;
  Versions versions;
  std::vector<Field> fields;
};

/// A request, a response or a record.
struct Message {
  std::string name;
  std::optional<int> record_type;
  Versions versions;
  int flexible_from = SHRT_MAX;
  bool is_record = false;
  std::vector<Struct> structs;  ///< each after those it uses; the last is the message's own, and has its name
};

/// One .api or .record file.
struct Schema {
  std::string path;
  std::string stem;  ///< `produce` of schema/produce.api, and of the header
  std::string api;   ///< `Produce`; empty for a .record file
  int key = -1;
  Versions announce;
  bool on_broker = false;
  bool on_controller = false;
  std::vector<Message> messages;  ///< of an API: request, response
};

}  // namespace schemac
