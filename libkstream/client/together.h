#pragma once

#include "net/asio.h"

#include <exception>
#include <utility>
#include <vector>

namespace kstream::client {

/// Runs all of `works` at the same time, until the last has ended.
inline asio::awaitable<void> together(asio::io_context& context, std::vector<asio::awaitable<void>> works) {
  std::size_t left = works.size();
  asio::steady_timer ended(context, asio::steady_timer::time_point::max());
  for (auto& work : works) {
    asio::co_spawn(context, std::move(work), [&left, &ended](const std::exception_ptr&) {
      if (--left == 0) ended.cancel();
    });
  }
  if (left > 0) co_await ended.async_wait(kAwaitTuple);
}

}  // namespace kstream::client
