#include "base/config/units.h"

#include "base/config/value.h"

#include <charconv>
#include <cstdint>
#include <span>

namespace kstream::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr Unit kTimes[] = {{"ms", 1}, {"s", kSecond}, {"m", kMinute}, {"h", kHour}, {"d", kDay}, {"w", 7 * kDay}};
constexpr std::int64_t kK = 1000, kKi = 1024;
constexpr Unit kSizes[] = {
    {"B", 1},     {"kB", kK},        {"MB", kK* kK},         {"GB", kK* kK* kK},         {"TB", kK* kK* kK* kK},
    {"KiB", kKi}, {"MiB", kKi* kKi}, {"GiB", kKi* kKi* kKi}, {"TiB", kKi* kKi* kKi* kKi}};

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<std::string> without_units(std::string_view name, std::string_view value) {
  std::span<const Unit> units;
  if (name.ends_with(".ms")) units = kTimes;
  if (name.ends_with(".bytes")) units = kSizes;
  std::string_view rest = trim(value);
  if (units.empty() || rest.empty() || !is_digit(rest[0]) || rest.find_first_not_of("0123456789") == rest.npos) {
    return std::string(value);
  }
  std::int64_t sum = 0;
  while (!rest.empty()) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    std::size_t length = 0;
    while (length < rest.size() && !is_digit(rest[length])) ++length;
    const Unit* unit = find_unit(units, trim(rest.substr(0, length)));
    std::int64_t part = 0;
    if (error != std::errc() || !unit || __builtin_mul_overflow(number, unit->factor, &part) ||
        __builtin_add_overflow(sum, part, &sum)) {
      std::string known = name.ends_with(".ms") ? "a time such as 90s, 1h30m or 7d" : "a size such as 64MiB or 1GB";
      return {ErrorCode::invalid_config,
              '"' + std::string(name) + "\" must be " + known + ", not \"" + std::string(value.substr(0, 100)) + '"'};
    }
    rest.remove_prefix(length);
  }
  return std::to_string(sum);
}

}  // namespace kstream::config
