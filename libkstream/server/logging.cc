#include "server/logging.h"

#include "base/json.h"

#include <fcntl.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
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

/// A file that is opened anew when asked to, by the thread that writes.
class FileSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit FileSink(std::string path) : path_(std::move(path)), file_(open()), why_(file_ < 0 ? errno : 0) {}
  ~FileSink() override {
    if (file_ >= 0) ::close(file_);
  }
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  /// Why the file could not be opened at first; 0 if it was.
  int why() const { return why_; }
  void reopen() { reopen_.store(true); }

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    if (reopen_.exchange(false)) {
      if (int fresh = open(); fresh >= 0) ::close(std::exchange(file_, fresh));
    }
    spdlog::memory_buf_t text;
    formatter_->format(line, text);
    for (std::size_t at = 0; at < text.size();) {
      const auto n = ::write(file_, text.data() + at, text.size() - at);
      if (n < 0 && errno != EINTR) return;  // the disk is full: a log cannot tell
      if (n > 0) at += static_cast<std::size_t>(n);
    }
  }
  void flush_() override {}

 private:
  int open() const { return ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640); }

  const std::string path_;
  int file_;
  const int why_;
  std::atomic<bool> reopen_{false};
};

std::string quoted_json(std::string_view text) { return base::JsonWriter().string(text).take(); }

}  // namespace

struct Logging::Spdlog {
  Spdlog(base::LogLevel level, std::size_t ring_lines, const LogOutput& output)
      : pool(std::make_shared<spdlog::details::thread_pool>(ring_lines, 1)),
        file(output.file ? std::make_shared<FileSink>(*output.file) : nullptr),
        json(output.json) {
    spdlog::sink_ptr sink = file;
    if (!sink) sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    logger =
        std::make_shared<spdlog::async_logger>("kserver", sink, pool, spdlog::async_overflow_policy::overrun_oldest);
    if (json) {
      logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})",
                          spdlog::pattern_time_type::utc);
    } else {
      logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
    }
    logger->set_level(spdlog_level(level));
  }
  // The pool first, which ends its thread: what that used may go then, and ThreadSanitizer sees the order.
  ~Spdlog() { pool.reset(); }
  Spdlog(const Spdlog&) = delete;
  Spdlog& operator=(const Spdlog&) = delete;
  // spdlog's own interface wants shared ownership of pool and logger.
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<FileSink> file;  ///< null: stderr
  bool json;
};

Logging::Logging(base::LogLevel level, std::size_t ring_lines, const LogOutput& output)
    : spdlog_(std::make_unique<Spdlog>(level, ring_lines, output)) {
  if (const int why = spdlog_->file ? spdlog_->file->why() : 0; why != 0) {
    status_ = {ErrorCode::invalid_config, "log.file: cannot write to " + *output.file + ": " + std::strerror(why)};
  }
}
Logging::~Logging() = default;

void Logging::reopen() {
  if (spdlog_->file) spdlog_->file->reopen();
}

void Logging::write(base::LogLevel level, std::string_view text) {
  if (!spdlog_->logger->should_log(spdlog_level(level))) return;
  if (spdlog_->json) return spdlog_->logger->log(spdlog_level(level), quoted_json(text));
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
