#pragma once

#include "base/time.h"
#include "client/async_event.h"
#include "net/asio.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace kstream::client {

/// The thread of a client, and the io_context that it runs.
class Background {
 public:
  Background() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
  ~Background() {
    thread_.joinable() ? finish([] {}) : void();
  }

  asio::io_context& context() { return context_; }

  /// Runs `work` on the thread, later.
  template <class Work>
  void post(Work work) {
    asio::post(context_, std::move(work));
  }

  /// Runs `make()`, which returns an awaitable<T>, on the thread, and waits for what it returns; for what `late()`
  /// returns, on the thread too, if that is not there at the deadline.
  template <class T, class Make>
  T wait(Make make, base::MonoTime deadline, std::function<T()> late) {
    struct Shared {
      std::mutex mutex;
      std::condition_variable done;
      std::optional<T> value;
      bool given = false;

      void give(T what) {
        const std::lock_guard lock(mutex);
        if (std::exchange(given, true)) return;
        value = std::move(what);
        done.notify_one();
      }
    };
    auto shared = std::make_shared<Shared>();  // outlives whoever of the two threads gives up first
    auto run = [](std::shared_ptr<Shared> to, Make work) -> asio::awaitable<void> {
      T value = co_await work();
      to->give(std::move(value));
    };
    asio::co_spawn(context_, run(shared, std::move(make)), asio::detached);
    std::unique_lock lock(shared->mutex);
    const auto there = [&] { return shared->value.has_value(); };
    if (!shared->done.wait_until(lock, time_point(deadline), there)) {
      post([shared, late = std::move(late)] { shared->give(late()); });
      shared->done.wait(lock, there);
    }
    return *std::move(shared->value);
  }

  /// Runs `stop`, which ends all work of the context, on the thread, and waits for the thread to end.
  void finish(std::function<void()> stop) {
    post(std::move(stop));
    work_.reset();
    thread_.join();
  }

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace kstream::client
