#include "base/config/dynamic_config.h"

#include "base/config/listener.h"
#include "base/config/suggest.h"
#include "base/config/value.h"

#include <algorithm>
#include <string>

namespace kstream::config {
namespace {

/// Kafka opens and closes listeners while it runs, and gives recovery, which it also does then, other threads; this
/// server does both at its start only.
constexpr std::string_view kAtStartOnly[] = {"listener.security.protocol.map", "listeners",
                                             "num.recovery.threads.per.data.dir"};

/// What is the default of topic configs must be valid for these, too: `log.roll.ms` for `segment.ms`.
Status check_as_topic_default(std::string_view name, std::string_view value) {
  const Values values{{std::string(name), std::string(value)}};
  for (const Row& row : topic_rows()) {
    const auto given = value_of_synonyms(row, values);
    if (!given) continue;
    if (auto valid = check_value(row, *given); !valid) return valid;
  }
  return {};
}

}  // namespace

Status check_dynamic_config(std::string_view name, std::string_view value, bool one_broker) {
  const Row* row = find_broker_row(name);
  if (!row) return {ErrorCode::invalid_config, unknown_name(name, broker_rows())};
  const std::string quoted = '"' + std::string(name) + '"';
  if (row->update == Update::read_only) {
    return {ErrorCode::invalid_request, quoted + " cannot change while the server runs: set it in its configuration"};
  }
  if (row->update == Update::per_broker && !one_broker) {
    return {ErrorCode::invalid_request, quoted + " is of one broker: name its id, not all brokers"};
  }
  if (auto valid = check_value(*row, value); !valid) return {ErrorCode::invalid_request, valid.error().detail};
  if (auto meant = check_as_topic_default(name, value); !meant)
    return {ErrorCode::invalid_request, quoted + " stands for " + meant.error().detail};
  if (name == "max.connections.per.ip" && parse_integer(value) == 0) {
    return {ErrorCode::invalid_request,
            quoted + " of 0 lets nobody in, and nobody could take that back: set it in the configuration"};
  }
  if (name == "max.connections.per.ip.overrides") {
    if (auto counts = parse_counts(value); !counts) {
      return {ErrorCode::invalid_request, quoted + ": " + counts.error().detail};
    }
  }
  if (std::ranges::find(kAtStartOnly, name) != std::end(kAtStartOnly)) {
    return {ErrorCode::invalid_config, quoted + " takes effect at the next start only: set it in the configuration"};
  }
  if (row->effect != Effect::refused || is_default(*row, value)) return {};
  return {ErrorCode::invalid_config, quoted + " has no effect yet, and must not seem to: only its default is accepted"};
}

}  // namespace kstream::config
