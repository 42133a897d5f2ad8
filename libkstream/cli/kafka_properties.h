#pragma once

#include "cli/kafka_tool.h"

#include <kstream/client_config.h>
#include <kstream/config_text.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// Two options for one thing, the first of which Kafka gives up.
struct KafkaSynonym {
  std::string_view old_name;
  std::string_view name;
  bool refuses_both = true;
};

/// That no synonym stands beside its successor; which of them is told first differs from tool to tool.
std::optional<KafkaRefusal> kafka_refuse_both(const KafkaOptions& options, std::span<const KafkaSynonym> synonyms,
                                              bool old_first);
/// `PREFIX --old is deprecated ...`, a line for each that is there, on stdout as Kafka has it.
Status kafka_warn_deprecated(const KafkaOptions& options, std::span<const KafkaSynonym> synonyms,
                             std::string_view prefix);

/// Names and values of the file that one of `file` names, then of the `K=V` of each of `pairs`. What stands later wins.
Result<std::vector<Setting>> kafka_properties(const KafkaOptions& options, std::span<const std::string_view> file,
                                              std::span<const std::string_view> pairs);

/// The value that wins; nothing if the name is not there.
std::optional<std::string> kafka_property(const std::vector<Setting>& properties, std::string_view name);
/// The same where it says yes or no, as Java reads it: yes is `true`, in any case; nothing if the name is not there.
std::optional<bool> kafka_flag(const std::vector<Setting>& properties, std::string_view name);

/// An option that stands for a property: it wins if it was typed, else it has a default where the property is not set.
struct KafkaPropertyOption {
  std::string_view option;
  std::string_view property;
  std::string_view default_value;
};

/// Properties, then what stands for some of them.
Result<ClientConfig> kafka_client_config(const KafkaOptions& options, const std::vector<Setting>& properties,
                                         std::span<const KafkaPropertyOption> others);

}  // namespace kstream::cli
