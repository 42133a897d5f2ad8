#include "server/logging.h"

#include "base/json.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <thread>

namespace kstream::server {
namespace {

using base::LogLevel;

/// What is written to stderr while `run` runs.
std::string captured(const std::function<void()>& run) {
  ::testing::internal::CaptureStderr();
  run();
  return ::testing::internal::GetCapturedStderr();
}

TEST(Logging, WritesLinesThatAPersonCanRead) {
  auto text = captured([] {
    Logging log(LogLevel::info);
    log.write({LogLevel::warning, "the disk is slow"});
    log.write(LogLevel::error, "{} is no format");
  });
  EXPECT_EQ(text.size(), std::string_view("2026-11-21 12:00:00.123 warning the disk is slow\n").size() +
                             std::string_view("2026-11-21 12:00:00.123 error   {} is no format\n").size());
  EXPECT_EQ(text.substr(23, 26), " warning the disk is slow\n");
  EXPECT_TRUE(text.ends_with(" error   {} is no format\n")) << text;
}

TEST(Logging, LeavesOutWhatIsBelowTheLevel) {
  auto text = captured([] {
    Logging log(LogLevel::warning);
    log.write(LogLevel::info, "first");
    log.set_level(LogLevel::debug);
    log.write(LogLevel::debug, "second");
  });
  EXPECT_EQ(text.find("first"), std::string::npos);
  EXPECT_NE(text.find("debug   second"), std::string::npos) << text;
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Logging, WritesJson) {
  auto text = captured([] {
    Logging(LogLevel::info, 16, {.file = std::nullopt, .json = true}).write(LogLevel::warning, "a \"b\"\n%v {}");
  });
  auto json = base::parse_json(text);
  ASSERT_TRUE(json.ok()) << text;
  EXPECT_EQ(*json->find("level")->string(), "warning");
  EXPECT_EQ(*json->find("message")->string(), "a \"b\"\n%v {}");
  EXPECT_EQ(json->find("time")->string()->size(), std::string_view("2026-11-21T12:00:00.123Z").size());
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

TEST(Logging, OpensItsFileAnew) {
  const std::string path = ::testing::TempDir() + "kserver.log", moved = path + ".1";
  std::remove(path.c_str());
  {
    Logging log(LogLevel::info, 16, {.file = path});
    ASSERT_TRUE(log.status().ok());
    log.write(LogLevel::info, "one");
    log.flush(std::chrono::seconds(5));
    std::rename(path.c_str(), moved.c_str());
    log.write(LogLevel::info, "two");
    log.flush(std::chrono::seconds(5));
    log.reopen();
    log.write(LogLevel::info, "three");
  }
  EXPECT_EQ(std::ranges::count(content(moved), '\n'), 2);
  EXPECT_TRUE(content(path).ends_with("info    three\n"));
  Logging(LogLevel::info, 16, {.file = path}).write(LogLevel::info, "four");
  EXPECT_EQ(std::ranges::count(content(path), '\n'), 2) << "it is appended to";
  std::remove(path.c_str());
  std::remove(moved.c_str());
}

TEST(Logging, SaysWhyItsFileCannotBeWritten) {
  Logging log(LogLevel::info, 16, {.file = "/no/such/folder/log"});
  EXPECT_EQ(log.status().error(), (Error{ErrorCode::invalid_config,
                                         "log.file: cannot write to /no/such/folder/log: No such file or directory"}));
  log.write(LogLevel::info, "lost");
}

TEST(Logging, KeepsOneLineOneLine) {
  auto text = captured([] { Logging(LogLevel::info).write(LogLevel::info, "topic \"a\nb\x1b[31m\" \u00e9"); });
  EXPECT_TRUE(text.ends_with("topic \"a\\x0ab\\x1b[31m\" \u00e9\n")) << text;
}

/// stderr is a pipe that nobody reads, so that the writing thread is stuck: `write` must not be.
TEST(Logging, DropsTheOldestWhereStderrIsStuckAndCounts) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  int real_stderr = dup(2);
  std::string filler(1 << 20, 'x');
  fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK);
  while (write(pipe_ends[1], filler.data(), filler.size()) > 0) {
  }
  fcntl(pipe_ends[1], F_SETFL, 0);
  dup2(pipe_ends[1], 2);
  close(pipe_ends[1]);
  std::string read_back;
  std::thread reader;
  {
    Logging log(LogLevel::info, 4);
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) log.write(LogLevel::info, "line " + std::to_string(i));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
    EXPECT_GE(log.dropped(), 95u) << "one may be stuck in the writing thread, four are in the ring";
    EXPECT_LE(log.dropped(), 96u);
    reader = std::thread([&] {
      std::array<char, 65536> buffer{};
      for (ssize_t n; (n = read(pipe_ends[0], buffer.data(), buffer.size())) > 0;) {
        read_back.append(buffer.data(), static_cast<std::size_t>(n));
      }
    });
  }
  dup2(real_stderr, 2);  // the last writing end
  close(real_stderr);
  reader.join();
  close(pipe_ends[0]);
  EXPECT_TRUE(read_back.ends_with("line 99\n")) << "the newest are kept";
}

}  // namespace
}  // namespace kstream::server
