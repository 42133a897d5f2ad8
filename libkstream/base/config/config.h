#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The one table of configs: Kafka's names, types, defaults and limits (as of 4.4.0), some of our own, and for each
/// whether it has effect here. Parsing, checking, DescribeConfigs and documentation all read it.
namespace kstream::config {

/// Names and values as text, sorted by name.
using Values = std::map<std::string, std::string, std::less<>>;

/// Numbered as in DescribeConfigs.
enum class Type : std::int8_t {
  boolean = 1,
  string = 2,
  int32 = 3,
  int16 = 4,
  int64 = 5,
  real = 6,
  list = 7,
  class_name = 8,
  password = 9,
};

/// How a broker config may change while the server runs. Topic configs are all `topic`.
enum class Update : std::uint8_t { read_only, per_broker, cluster_wide, topic };

/// What setting it does here.
enum class Effect : std::uint8_t {
  ignored,  ///< known, not obeyed, and no harm in that: who sets it gets a warning
  refused,  ///< known, not obeyed yet, and relied upon by who sets it: only the default is accepted
  obeyed,
};

/// What values are valid, beside the type's own syntax.
struct Valid {
  double min = -std::numeric_limits<double>::infinity();  ///< of numbers, inclusive
  double max = std::numeric_limits<double>::infinity();
  std::string_view choices = {};  ///< `compact|delete`, or empty: no choice; of a list, what each item may be
  bool any_case = false;          ///< of the choices
  bool not_empty = false;
  std::string_view why_not_zero = {};  ///< what 0 would do, which nobody wants; empty: it is as good as others
};

/// A broker config that gives the value where a config is not set: its own value times `factor`.
struct Synonym {
  std::string_view name;
  std::int64_t factor = 1;
};

struct Row {
  std::string_view name;
  Type type = Type::string;
  std::optional<std::string_view> default_value;  ///< none: null
  Valid valid;
  Update update = Update::read_only;
  Effect effect = Effect::ignored;
  bool internal = false;                 ///< DescribeConfigs tells it only where it is set
  bool ours = false;                     ///< Kafka does not know it
  std::array<Synonym, 3> synonyms = {};  ///< in the order in which they are asked; ends at the first without a name
  std::string_view doc = {};             ///< one sentence; of those that are obeyed
};

/// All rows, sorted by name. Some names are in both tables.
std::span<const Row> topic_rows();
std::span<const Row> broker_rows();
/// Null if there is no such config.
const Row* find_row(std::span<const Row> rows, std::string_view name);
/// The row of a broker config; of one that is for a listener alone, `listener.name.internal.max.connections`, the row
/// of max.connections.
const Row* find_broker_row(std::string_view name);
/// The name of `name` for one listener alone, which stands there in lower case.
std::string of_listener(std::string_view listener, std::string_view name);

}  // namespace kstream::config
