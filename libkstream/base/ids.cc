#include <kstream/ids.h>

namespace kstream {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint64_t half(const std::array<std::uint8_t, 16>& bytes, std::size_t from) {
  std::uint64_t v = 0;
  for (std::size_t i = from; i < from + 8; ++i) v = v << 8 | bytes[i];
  return v;
}

}  // namespace

const Uuid kMetadataTopicId = Uuid::from_halves(0, 1);

std::uint64_t Uuid::high() const { return half(bytes, 0); }
std::uint64_t Uuid::low() const { return half(bytes, 8); }

Uuid Uuid::from_halves(std::uint64_t high, std::uint64_t low) {
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    id.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return id;
}

std::string Uuid::to_string() const {
  std::string text;
  std::uint32_t bits = 0;
  int have = 0;
  for (std::uint8_t b : bytes) {
    bits = bits << 8 | b;
    for (have += 8; have >= 6; have -= 6) text += kAlphabet[bits >> (have - 6) & 63];
  }
  text += kAlphabet[bits << (6 - have) & 63];
  return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 22) return std::nullopt;
  Uuid id;
  std::uint32_t bits = 0;
  int have = 0;
  std::size_t at = 0;
  for (char c : text) {
    auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    id.bytes[at++] = static_cast<std::uint8_t>(bits >> have);
  }
  if ((bits & ((1u << have) - 1)) != 0) return std::nullopt;  // the last digit holds only two bits of the id
  return id;
}

}  // namespace kstream
