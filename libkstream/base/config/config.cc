#include "base/config/config.h"

#include <algorithm>
#include <cctype>

namespace kstream::config {
namespace {

constexpr auto kBool = Type::boolean, kString = Type::string, kInt = Type::int32, kShort = Type::int16,
               kLong = Type::int64, kDouble = Type::real, kList = Type::list, kClass = Type::class_name,
               kPassword = Type::password;
constexpr auto kReadOnly = Update::read_only, kPerBroker = Update::per_broker, kClusterWide = Update::cluster_wide,
               kTopic = Update::topic;
constexpr std::nullopt_t kNull = std::nullopt;

constexpr Valid kAny{};
constexpr Valid kNotEmpty{.not_empty = true};
constexpr Valid at_least(double min) { return {.min = min}; }
constexpr Valid between(double min, double max) { return {.min = min, .max = max}; }
constexpr Valid one_of(std::string_view choices) { return {.choices = choices}; }
constexpr Valid one_of_any_case(std::string_view choices) { return {.choices = choices, .any_case = true}; }

/// How a row is written in the tables.
struct R : Row {
  constexpr R(std::string_view n, Type t, std::optional<std::string_view> d, Valid v, Update u)
      : Row{.name = n, .type = t, .default_value = d, .valid = v, .update = u} {}
  constexpr R hidden() const {
    R copy = *this;
    copy.internal = true;
    return copy;
  }
  constexpr R added() const {
    R copy = *this;
    copy.ours = true;
    return copy;
  }
  constexpr R refusable() const {
    R copy = *this;
    copy.effect = Effect::refused;
    return copy;
  }
  constexpr R not_zero(std::string_view why) const {
    R copy = *this;
    copy.valid.why_not_zero = why;
    return copy;
  }
  constexpr R or_else(Synonym a, Synonym b = {}, Synonym c = {}) const {
    R copy = *this;
    copy.synonyms = {a, b, c};
    return copy;
  }
  constexpr R obeyed(std::string_view sentence) const {
    R copy = *this;
    copy.effect = Effect::obeyed;
    copy.doc = sentence;
    return copy;
  }
};

constexpr Row kTopicRows[] = {
#include "base/config/topic_rows.inc"
};
constexpr Row kBrokerRows[] = {
#include "base/config/broker_rows.inc"
};
/// Configs that can be given to a listener.
constexpr std::string_view kListenerPrefix = "listener.name.",
                           kOfListeners[] = {"max.connection.creation.rate", "max.connections"};
static_assert(std::ranges::is_sorted(kTopicRows, {}, &Row::name));
static_assert(std::ranges::is_sorted(kBrokerRows, {}, &Row::name));

}  // namespace

std::span<const Row> topic_rows() { return kTopicRows; }
std::span<const Row> broker_rows() { return kBrokerRows; }

const Row* find_row(std::span<const Row> rows, std::string_view name) {
  auto row = std::ranges::lower_bound(rows, name, {}, &Row::name);
  return row != rows.end() && row->name == name ? &*row : nullptr;
}

const Row* find_broker_row(std::string_view name) {
  if (!name.starts_with(kListenerPrefix)) return find_row(broker_rows(), name);
  const auto dot = name.find('.', kListenerPrefix.size() + 1);
  const auto base = name.substr(dot == std::string_view::npos ? name.size() : dot + 1);
  return std::ranges::find(kOfListeners, base) == std::end(kOfListeners) ? nullptr : find_row(broker_rows(), base);
}

std::string of_listener(std::string_view listener, std::string_view name) {
  std::string full(kListenerPrefix);
  for (char c : listener) full += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return full + '.' + std::string(name);
}

}  // namespace kstream::config
