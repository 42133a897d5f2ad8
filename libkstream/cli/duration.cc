#include "cli/duration.h"

#include "cli/invalid.h"
#include "cli/number.h"

#include <cstdint>
#include <optional>
#include <span>

namespace kstream::cli {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr Unit kUnits[] = {{"ms", 1},        {"s", 1000},       {"m", 60'000},
                           {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}};
constexpr Unit kIsoDays[] = {{"W", 604'800'000}, {"D", 86'400'000}};
constexpr Unit kIsoTime[] = {{"H", 3'600'000}, {"M", 60'000}, {"S", 1000}};

/// The sum of `NUMBER UNIT` pairs that make up `text`; nothing if it is not made of them, or is empty.
std::optional<std::int64_t> sum_of(std::string_view text, std::span<const Unit> units) {
  std::int64_t sum = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    std::size_t letters = digits;
    while (letters < text.size() && !is_digit(text[letters])) ++letters;
    auto number = parse_number<std::int64_t>(text.substr(0, digits));
    auto name = text.substr(digits, letters - digits);
    const Unit* unit = nullptr;
    for (const Unit& u : units) {
      if (u.name == name) unit = &u;
    }
    std::int64_t part;
    if (!number || !unit || __builtin_mul_overflow(*number, unit->ms, &part) ||
        __builtin_add_overflow(sum, part, &sum)) {
      return std::nullopt;
    }
    text.remove_prefix(letters);
  }
  return sum;
}

std::optional<std::int64_t> iso_duration(std::string_view text) {
  text.remove_prefix(1);
  auto t = text.find('T');
  if (t == std::string_view::npos) return sum_of(text, kIsoDays);
  auto days = t == 0 ? 0 : sum_of(text.substr(0, t), kIsoDays);
  auto time = sum_of(text.substr(t + 1), kIsoTime);
  std::int64_t sum;
  if (!days || !time || __builtin_add_overflow(*days, *time, &sum)) return std::nullopt;
  return sum;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  auto ms = text.starts_with('P') ? iso_duration(text) : sum_of(text, kUnits);
  if (!ms)
    return invalid("'" + std::string(text) +
                   "' is not a duration: a number and ms, s, m, h, d or w, as in 250ms or 1h30m");
  return std::chrono::milliseconds(*ms);
}

}  // namespace kstream::cli
