#include "server/logging.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <string>
#include <thread>

namespace kstream::server {
namespace {

spdlog::level::level_enum spdlog_level(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::debug:
      return spdlog::level::debug;
    case base::LogLevel::info:
      return spdlog::level::info;
    case base::LogLevel::warning:
      return spdlog::level::warn;
    case base::LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string printable(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string plain;
  for (char c : text) {
    if (is_control(c)) {
      auto byte = static_cast<unsigned char>(c);
      plain.append("\\x") += kHex[byte >> 4u];
      plain += kHex[byte & 15u];
    } else {
      plain += c;
    }
  }
  return plain;
}

}  // namespace

struct Logging::Spdlog {
  Spdlog(base::LogLevel level, std::size_t ring_lines)
      : pool(std::make_shared<spdlog::details::thread_pool>(ring_lines, 1)),
        logger(std::make_shared<spdlog::async_logger>("kserver", std::make_shared<spdlog::sinks::stderr_sink_st>(),
                                                      pool, spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
    logger->set_level(spdlog_level(level));
  }
  // The pool first, which ends its thread: what that used may go then, and ThreadSanitizer sees the order.
  ~Spdlog() { pool.reset(); }
  Spdlog(const Spdlog&) = delete;
  Spdlog& operator=(const Spdlog&) = delete;
  // spdlog's own interface wants shared ownership of pool and logger.
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

Logging::Logging(base::LogLevel level, std::size_t ring_lines) : spdlog_(std::make_unique<Spdlog>(level, ring_lines)) {}
Logging::~Logging() = default;

void Logging::write(base::LogLevel level, std::string_view text) {
  if (!spdlog_->logger->should_log(spdlog_level(level))) return;
  if (std::ranges::any_of(text, is_control)) return spdlog_->logger->log(spdlog_level(level), printable(text));
  spdlog_->logger->log(spdlog_level(level), text);
}

void Logging::set_level(base::LogLevel level) { spdlog_->logger->set_level(spdlog_level(level)); }

void Logging::flush(std::chrono::milliseconds within) {
  constexpr std::chrono::milliseconds kStep{10};
  const auto until = std::chrono::steady_clock::now() + within;
  while (spdlog_->pool->queue_size() > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(kStep);
  std::this_thread::sleep_for(kStep);  // for the line that has left the ring last
}

std::uint64_t Logging::dropped() const { return spdlog_->pool->overrun_counter(); }

}  // namespace kstream::server
