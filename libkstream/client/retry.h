#pragma once

#include <kstream/error.h>

#include "base/time.h"
#include "client/cluster.h"
#include "net/asio.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace kstream::client {

/// When work for a caller who waits for `timeout` must be done, so that its last error still reaches him in time.
inline base::MonoTime work_deadline(milliseconds timeout) {
  return deadline_after(timeout - std::min(timeout / 20, milliseconds(50)));
}

/// What is left until then, as requests say it: at least 1.
inline std::int32_t milliseconds_left(base::MonoTime deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - mono_now());
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(left.count(), 1, INT32_MAX));
}

/// With less time left nothing is tried again.
inline constexpr milliseconds kLastAttempt(20);

/// Awaits `attempt()`, which returns an awaitable of a Result, again and again while its error may pass and time is
/// left.
template <class Attempt>
auto retry(Cluster& cluster, base::MonoTime deadline, Attempt attempt) -> decltype(attempt()) {
  for (int failures = 1;; ++failures) {
    auto result = co_await attempt();
    const base::MonoTime now = mono_now();
    const std::chrono::nanoseconds left = deadline - now;
    if (result.ok() || !error_info(result.code()).retriable || left < kLastAttempt || cluster.stopping())
      co_return result;
    // The nearer the deadline the shorter, so that the last attempt is shortly before it.
    const auto pause = std::min<std::chrono::nanoseconds>(cluster.settings().retry.after(failures), left / 2);
    co_await cluster.sleep_until(now + pause);
  }
}

}  // namespace kstream::client
