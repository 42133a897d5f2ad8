#pragma once

#include "base/metrics.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace kstream::base {

/// A snapshot in Prometheus' text format, version 0.0.4; histograms in seconds, with a bucket to each power of four
/// from a microsecond to about a minute. `api_name` names an API key (`Produce`), as protocol/ knows them; an API that
/// was never asked for is left out.
std::string prometheus_text(const MetricsSnapshot& snapshot, std::string_view (*api_name)(std::int16_t));

}  // namespace kstream::base
