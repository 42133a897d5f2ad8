#pragma once

#include <kstream/error.h>

#include "base/metrics.h"

#include <cstdint>

namespace kstream::broker {

/// Counts each code in an answer, wherever this kind of answer has its codes: its own, and those of its topics,
/// partitions and the like.
template <class Item>
void count_errors(base::Metrics& metrics, std::int16_t api, const Item& item) {
  const auto each = [&](const auto& items) {
    for (const auto& one : items) count_errors(metrics, api, one);
  };
  if constexpr (requires { item.error_code; }) metrics.count_error(api, static_cast<ErrorCode>(item.error_code));
  if constexpr (requires { item.responses; }) each(item.responses);
  if constexpr (requires { item.results; }) each(item.results);
  if constexpr (requires { item.topics; }) each(item.topics);
  if constexpr (requires { item.partitions; }) each(item.partitions);
  if constexpr (requires { item.partition_responses; }) each(item.partition_responses);
}

}  // namespace kstream::broker
