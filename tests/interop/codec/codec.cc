// Messages as lines of text, for a comparison with another program's codec: `NAME VERSION HEX`, the hexadecimal digits
// being the message's bytes without a header.
//
//   interop_codec write SEED COUNT   writes COUNT messages of random values for each message and version that we know
//   interop_codec read               reads such lines, decodes and encodes each again; says which came out as other
//                                    bytes, and last how many were the same. Exit status 1 if one was not.

#include "base/random.h"
#include "support/messages.h"
#include "unit/protocol/schema_bytes.h"

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <sstream>

namespace {

using kstream::testing::MessageType;

std::string to_hex(const std::string& bytes) {
  static const char digits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += digits[static_cast<unsigned char>(c) >> 4];
    hex += digits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned char byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

void write(std::uint64_t seed, int count) {
  kstream::base::Random random(seed);
  const auto schemas = kstream::testing::read_schemas();
  for (const MessageType& type : kstream::testing::all_messages()) {
    for (int version = type.min; version <= type.max; ++version) {
      kstream::testing::SchemaBytes bytes(schemas.at(type.name), version);
      bytes.set_text();
      for (int i = 0; i < count; ++i) {
        const auto message = kstream::testing::recode(type, bytes.random(random), version);
        std::cout << type.name << ' ' << version << ' ' << to_hex(message.bytes) << '\n';
      }
    }
  }
}

/// What is wrong with a line, or an empty string.
std::string check(const std::map<std::string, const MessageType*>& types, const std::string& line) {
  std::istringstream words(line);
  std::string name, hex;
  int version = 0;
  words >> name >> version >> hex;
  const auto found = types.find(name);
  if (found == types.end()) return name + ": no such message here";
  const MessageType& type = *found->second;
  const std::string what = name + " version " + std::to_string(version);
  if (version < type.min || version > type.max) return what + ": no such version here";
  const std::string bytes = from_hex(hex);
  const auto again = kstream::testing::recode(type, bytes, version);
  if (!again.decoded) return what + ": not decoded: " + hex;
  if (again.left != 0) return what + ": " + std::to_string(again.left) + " bytes were not read: " + hex;
  if (!again.encoded) return what + ": not encoded: " + hex;
  if (again.bytes != bytes) return what + ": other bytes:\n  " + hex + "\n  " + to_hex(again.bytes);
  return "";
}

int read() {
  std::map<std::string, const MessageType*> types;
  for (const MessageType& type : kstream::testing::all_messages()) types[type.name] = &type;
  int same = 0, wrong = 0;
  for (std::string line; std::getline(std::cin, line);) {
    const std::string what = check(types, line);
    ++(what.empty() ? same : wrong);
    if (!what.empty() && wrong <= 20) std::cout << what << '\n';
  }
  std::cout << same << " same, " << wrong << " not\n";
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  const std::string command = count > 1 ? words[1] : "";
  if (command == "read" && count == 2) return read();
  if (command != "write" || count != 4) {
    std::cerr << "usage: interop_codec write SEED COUNT | read\n";
    return 2;
  }
  write(std::strtoull(words[2], nullptr, 10), std::atoi(words[3]));
  return 0;
}
