#pragma once

#include "base/config/config.h"

#include <span>
#include <string_view>

namespace kstream::client {

/// The properties of Apache Kafka's producer, consumer and admin client as of 4.4, sorted by name. Those that only
/// concern a Java program are `ignored`; what is not there yet is `refused`.
std::span<const config::Row> property_rows();

/// Null if there is no such property.
const config::Row* find_property(std::string_view name);

}  // namespace kstream::client
