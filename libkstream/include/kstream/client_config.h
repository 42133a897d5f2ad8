#pragma once

#include <kstream/export.h>
#include <kstream/result.h>

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace kstream {

/// The properties of a producer, consumer or admin client, under Kafka's names. One set serves all three: each reads
/// what concerns it. Defaults are Kafka's except where a property's `doc` says so.
class KSTREAM_API ClientConfig {
 public:
  /// A property that has an effect.
  struct Property {
    std::string_view name;
    std::string_view default_value;
    std::string_view choices;  ///< `all|-1|0|1` where only these are accepted, else empty
    std::string_view doc;      ///< one sentence
  };

  /// INVALID_CONFIG, with a sentence naming the property, if: the name is unknown (the nearest known one is named); the
  /// value is not in its range; it is a property of Kafka that has no effect here, `value` is not its default, and
  /// going on without it would change what is read, written or protected (`enable.idempotence`, `sasl.*`). Others
  /// without effect (serializers, metrics reporters, a consumer group's intervals) are accepted, so that a properties
  /// file can be shared; properties() lists what has one.
  Status set(std::string_view name, std::string_view value);

  /// What was set, else the default; empty for a name that is no property of Kafka's clients.
  std::string_view get(std::string_view name) const;
  /// Whether it was set, be it to its default.
  bool is_set(std::string_view name) const { return values_.find(name) != values_.end(); }

  /// get(), converted; the name must be a property that holds such a value.
  std::int64_t number(std::string_view name) const;
  bool flag(std::string_view name) const;

  /// Whether it is a property of Kafka's clients, with an effect here or without.
  static bool knows(std::string_view name);
  /// Every property that has an effect, sorted by name.
  static std::span<const Property> properties();

  /// Gets one line for each request that is sent and each response and connection that comes or goes, on the client's
  /// own thread, which waits for it. For people, not for programs.
  std::function<void(std::string_view line)> trace;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace kstream
