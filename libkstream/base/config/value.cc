#include "base/config/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace kstream::config {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool equal_in_any_case(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

/// Java takes a plus sign in front of a number, from_chars does not.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view type_in_words(Type type) {
  switch (type) {
    case Type::boolean:
      return "true or false";
    case Type::int32:
      return "a whole number of 32 bits";
    case Type::int16:
      return "a whole number of 16 bits";
    case Type::int64:
      return "a whole number of 64 bits";
    case Type::real:
      return "a number";
    default:
      return "text";
  }
}

/// The number that a value is, for the limits; nothing if the value is not of its type.
std::optional<double> as_number(Type type, std::string_view value) {
  if (type == Type::boolean) return parse_boolean(value) ? std::optional(0.0) : std::nullopt;
  if (type == Type::real) return parse_real(value);
  auto integer = parse_integer(value);
  if (!integer) return std::nullopt;
  if (type == Type::int32 && *integer != static_cast<std::int32_t>(*integer)) return std::nullopt;
  if (type == Type::int16 && *integer != static_cast<std::int16_t>(*integer)) return std::nullopt;
  return static_cast<double>(*integer);
}

bool is_text(Type type) {
  return type == Type::string || type == Type::list || type == Type::class_name || type == Type::password;
}

bool is_choice(const Valid& valid, std::string_view item) {
  for (std::string_view rest = valid.choices; !rest.empty();) {
    auto bar = std::min(rest.find('|'), rest.size());
    auto choice = rest.substr(0, bar);
    if (valid.any_case ? equal_in_any_case(choice, item) : choice == item) return true;
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return false;
}

std::string plain_number(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr};
}

std::string not_this(const Row& row, std::string_view value) {
  return row.type == Type::password ? "" : ", not \"" + std::string(value.substr(0, 100)) + '"';
}

/// What is wrong with a value of the right type; empty if nothing is. Says the value too, unless that is said already.
std::string fault(const Row& row, std::string_view value) {
  const Valid& valid = row.valid;
  if (valid.not_empty && value.empty()) return "must not be empty";
  const auto told = not_this(row, value);
  if (!is_text(row.type)) {
    double number = *as_number(row.type, value);
    if (number < valid.min) return "must be at least " + plain_number(valid.min) + told;
    if (number > valid.max) return "must be at most " + plain_number(valid.max) + told;
    if (number == 0 && !valid.why_not_zero.empty()) return "must not be 0, which " + std::string(valid.why_not_zero);
  }
  if (valid.choices.empty()) return {};
  auto items = row.type == Type::list ? parse_list(value) : std::vector{value};
  if (std::ranges::all_of(items, [&](auto item) { return is_choice(valid, item); })) return {};
  std::string choices(valid.choices);
  for (std::size_t bar; (bar = choices.find('|')) != choices.npos;) choices.replace(bar, 1, ", ");
  return (row.type == Type::list ? "may only hold " : "must be one of ") + choices + told;
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  auto first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<bool> parse_boolean(std::string_view text) {
  text = trim(text);
  if (equal_in_any_case(text, "true")) return true;
  if (equal_in_any_case(text, "false")) return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) { return parse_number<std::int64_t>(text); }

std::optional<double> parse_real(std::string_view text) {
  auto number = parse_number<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::vector<std::string_view> parse_list(std::string_view text) {
  std::vector<std::string_view> items;
  if (trim(text).empty()) return items;
  for (;;) {
    auto comma = std::min(text.find(','), text.size());
    items.push_back(trim(text.substr(0, comma)));
    if (comma == text.size()) return items;
    text.remove_prefix(comma + 1);
  }
}

Status check_value(const Row& row, std::string_view value) {
  std::string reason;
  if (!is_text(row.type) && !as_number(row.type, value)) {
    reason = "must be " + std::string(type_in_words(row.type)) + not_this(row, value);
  } else {
    reason = fault(row, trim(value));
  }
  if (reason.empty()) return {};
  return {ErrorCode::invalid_config, '"' + std::string(row.name) + "\" " + reason};
}

bool same_value(const Row& row, std::string_view a, std::string_view b) {
  switch (row.type) {
    case Type::boolean:
      return parse_boolean(a) == parse_boolean(b);
    case Type::real:
      return parse_real(a) == parse_real(b);
    case Type::list:
      return parse_list(a) == parse_list(b);
    case Type::int16:
    case Type::int32:
    case Type::int64:
      return parse_integer(a) == parse_integer(b);
    default:
      return row.valid.any_case ? equal_in_any_case(trim(a), trim(b)) : trim(a) == trim(b);
  }
}

bool is_default(const Row& row, std::string_view value) {
  return row.default_value ? same_value(row, value, *row.default_value) : trim(value).empty();
}

std::optional<std::string> value_of_synonyms(const Row& row, const Values& values) {
  for (const Synonym& synonym : row.synonyms) {
    auto found = synonym.name.empty() ? values.end() : values.find(synonym.name);
    if (found == values.end()) continue;
    if (synonym.factor == 1) return found->second;
    auto number = parse_integer(found->second);
    if (!number) continue;
    std::int64_t product = *number;
    if (*number < 0 || !__builtin_mul_overflow(*number, synonym.factor, &product)) return std::to_string(product);
  }
  return std::nullopt;
}

}  // namespace kstream::config
