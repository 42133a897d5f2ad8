#include "protocol/description.h"

namespace kstream::protocol {

void Description::add_name(const char* name) {
  if (!empty_) text_ += ',';
  empty_ = false;
  text_ += name;
  text_ += ':';
}

void Description::add(const std::string& text) {
  constexpr char kHex[] = "0123456789abcdef";
  text_ += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      text_ += "\\x";
      text_ += kHex[byte >> 4];
      text_ += kHex[byte & 0xf];
    } else {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
  }
  text_ += '"';
}

void Description::add(const Records& records) {
  text_ += std::to_string(records.spliced > 0 ? records.spliced : records.bytes.size()) + " bytes";
}

void Description::bytes_field(const char* name, const std::optional<std::string>& bytes) {
  add_name(name);
  text_ += bytes ? std::to_string(bytes->size()) + " bytes" : "null";
}

}  // namespace kstream::protocol
