#pragma once

#include <kstream/result.h>

#include <string_view>

namespace kstream::config {

/// Whether a broker config may be given a value while the server runs: for `one_broker`, else for all of the cluster.
/// INVALID_REQUEST where Kafka refuses it (the config is fixed at the start, is not for all brokers alike, or the value
/// is not valid), INVALID_CONFIG where only we do: the name is unknown, or the config has no effect yet and must not
/// seem to have.
Status check_dynamic_config(std::string_view name, std::string_view value, bool one_broker);

}  // namespace kstream::config
