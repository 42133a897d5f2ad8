#include "cli/kafka_decoder.h"

#include "cli/invalid.h"
#include "cli/utf8.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>

namespace kstream::cli {
namespace {

template <class T>
T big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<T>(value);
}

Error wrong_size(std::string_view what, std::size_t size) {
  return invalid("Size of data received by " + std::string(what) + " is not " + std::to_string(size));
}

template <class T>
Result<std::string> integer(std::string_view name, std::string_view bytes) {
  if (bytes.size() != sizeof(T)) return wrong_size(name, sizeof(T));
  return std::to_string(big_endian<T>(bytes));
}

/// As Java prints it: the fewest digits that tell it from its neighbours, at least one behind the point, and with an
/// exponent below 0.001 and from ten million on.
template <class T>
std::string java_number(T value) {
  if (std::isnan(value)) return "NaN";
  std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "Infinity";
  const T size = std::fabs(value);
  char buffer[64];
  const bool plain = size == 0 || (size >= static_cast<T>(1e-3) && size < static_cast<T>(1e7));
  auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, size, format).ptr);
  auto exponent = text.find('e');
  std::string digits = text.substr(0, exponent), power;
  if (exponent != std::string::npos) {
    power = text.substr(exponent + 1);
    const bool negative = power[0] == '-';
    power.erase(0, power.find_first_not_of("+-0"));
    power = (negative ? "E-" : "E") + power;
  }
  if (digits.find('.') == std::string::npos) digits += ".0";
  return sign + digits + power;
}

Result<std::string> to_string(std::string_view bytes) { return java_text(bytes); }
Result<std::string> to_int(std::string_view bytes) { return integer<std::int32_t>("IntegerDeserializer", bytes); }
Result<std::string> to_long(std::string_view bytes) { return integer<std::int64_t>("LongDeserializer", bytes); }
Result<std::string> to_short(std::string_view bytes) { return integer<std::int16_t>("ShortDeserializer", bytes); }
Result<std::string> to_double(std::string_view bytes) {
  if (bytes.size() != sizeof(double)) return wrong_size("DoubleDeserializer", sizeof(double));
  return java_number(std::bit_cast<double>(big_endian<std::uint64_t>(bytes)));
}
Result<std::string> to_float(std::string_view bytes) {
  if (bytes.size() != sizeof(float)) return wrong_size("FloatDeserializer", sizeof(float));
  return java_number(std::bit_cast<float>(big_endian<std::uint32_t>(bytes)));
}
Result<std::string> to_boolean(std::string_view bytes) {
  if (bytes.size() != 1) return wrong_size("BooleanDeserializer", 1);
  if (static_cast<unsigned char>(bytes[0]) > 1) return invalid("Unexpected byte received by BooleanDeserializer");
  return std::string(bytes[0] ? "true" : "false");
}
/// Bytes as text, but for those that are not printable ASCII.
Result<std::string> to_bytes(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (char c : bytes) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return text;
}

struct Decoder {
  std::string_view name;  ///< without package, and without Deserializer or Decoder
  KafkaDecoder decode;
};
constexpr Decoder kDecoders[] = {{"String", to_string}, {"Integer", to_int},     {"Long", to_long},
                                 {"Short", to_short},   {"Double", to_double},   {"Float", to_float},
                                 {"Bytes", to_bytes},   {"Boolean", to_boolean}, {"UUID", to_string}};

}  // namespace

KafkaDecoder find_kafka_decoder(std::string_view class_name) {
  for (std::string_view package : {"org.apache.kafka.common.serialization.", "org.apache.kafka.tools.api."}) {
    if (!class_name.starts_with(package)) continue;
    auto name = class_name.substr(package.size());
    for (std::string_view kind : {"Deserializer", "Decoder"}) {
      if (name.ends_with(kind)) name.remove_suffix(kind.size());
    }
    auto at = std::ranges::find(kDecoders, name, &Decoder::name);
    if (at != std::end(kDecoders)) return at->decode;
  }
  return nullptr;
}

std::string kafka_decoder_names() {
  std::string names;
  for (const Decoder& decoder : kDecoders) names += (names.empty() ? "" : ", ") + std::string(decoder.name);
  return names;
}

std::string java_text(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    std::size_t size = utf8_character(bytes);
    if (size > 0) {
      text += bytes.substr(0, size);
    } else {
      text += "\xEF\xBF\xBD";
      size = malformed_utf8(bytes);
    }
    bytes.remove_prefix(size);
  }
  return text;
}

}  // namespace kstream::cli
