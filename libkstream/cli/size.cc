#include "cli/size.h"

#include "cli/invalid.h"
#include "cli/number.h"

namespace kstream::cli {
namespace {

struct SizeUnit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr SizeUnit kSizeUnits[] = {{"", 1},
                                   {"B", 1},
                                   {"KiB", 1LL << 10},
                                   {"MiB", 1LL << 20},
                                   {"GiB", 1LL << 30},
                                   {"TiB", 1LL << 40},
                                   {"kB", 1'000},
                                   {"MB", 1'000'000},
                                   {"GB", 1'000'000'000},
                                   {"TB", 1'000'000'000'000}};

}  // namespace

Result<std::int64_t> parse_size(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  auto number = parse_number<std::int64_t>(text.substr(0, digits));
  for (const SizeUnit& unit : kSizeUnits) {
    std::int64_t bytes;
    if (number && text.substr(digits) == unit.name && !__builtin_mul_overflow(*number, unit.bytes, &bytes))
      return bytes;
  }
  return invalid("'" + std::string(text) +
                 "' is not a size: bytes, or a number and KiB, MiB, GiB, TiB, kB, MB, GB or TB");
}

std::string format_size(std::int64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr std::string_view kPrefixes = "KMGTPE";
  std::size_t prefix = 0;
  std::int64_t tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
  for (; tenths >= 10240; tenths /= 1024) ++prefix;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + ' ' + kPrefixes[prefix] + "iB";
}

}  // namespace kstream::cli
