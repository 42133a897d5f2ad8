#include "cli/stdout_writer.h"

#include "cli/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <csignal>
#include <thread>

namespace kstream::cli {
namespace {

using Outcome = StdoutWriter::Outcome;

/// The handlers are installed once; a stop cannot be taken back, so that a test of it runs in a process of its own.
const Signals& signals() {
  static const Signals one;
  std::signal(SIGPIPE, SIG_IGN);  // as start() does
  return one;
}

TEST(StdoutWriter, OneWriteForAll) {
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC | O_DIRECT), 0);  // keeps writes apart
  StdoutWriter writer(fds[1], signals());
  Offset last = kNoOffset;
  writer.buffer() += "one\n";
  writer.end_record(Offset(5), last);
  writer.buffer() += "two\n";
  writer.end_record(Offset(6), last);
  EXPECT_EQ(writer.flush(), Outcome::written);
  EXPECT_EQ(last, Offset(6));
  char text[100];
  EXPECT_EQ(::read(fds[0], text, sizeof text), 8);
  EXPECT_EQ(writer.flush(), Outcome::written);
  ::close(fds[0]);
  ::close(fds[1]);
}

TEST(StdoutWriter, ReaderThatLeft) {
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  ::close(fds[0]);
  StdoutWriter writer(fds[1], signals());
  Offset last = kNoOffset;
  writer.buffer() += "one\n";
  writer.end_record(Offset(5), last);
  EXPECT_EQ(writer.flush(), Outcome::reader_left);
  EXPECT_EQ(last, kNoOffset);
  pollfd waits{fds[1], 0, 0};
  EXPECT_EQ(::poll(&waits, 1, 0), 1);
  EXPECT_TRUE(StdoutWriter::reader_left(waits.revents));
  ::close(fds[1]);
}

TEST(StdoutWriter, FullDisk) {
  int fd = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  StdoutWriter writer(fd, signals());
  Offset last = kNoOffset;
  writer.buffer() += "one\n";
  writer.end_record(Offset(5), last);
  EXPECT_EQ(writer.flush(), Outcome::failed);
  EXPECT_EQ(errno, ENOSPC);
  EXPECT_EQ(last, kNoOffset);
  ::close(fd);
}

/// In a child: a full pipe, a signal, then a reader. What it reads ends with a whole record. Exits with 0 if so.
void stop_in_the_middle() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) _exit(10);
  StdoutWriter writer(fds[1], signals());
  Offset last = kNoOffset;
  const std::string record = std::string(9'999, 'x') + '\n';
  for (int i = 0; i < 100; ++i) {
    writer.buffer() += record;
    writer.end_record(Offset(i), last);
  }
  auto main_thread = ::pthread_self();
  std::string got;
  std::thread reader([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ::pthread_kill(main_thread, SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    char text[65536];
    for (ssize_t n; (n = ::read(fds[0], text, sizeof text)) > 0;) got.append(text, static_cast<std::size_t>(n));
  });
  auto outcome = writer.flush();
  ::close(fds[1]);
  reader.join();
  bool whole = outcome == Outcome::stopped && !got.empty() && got.size() < 1'000'000 && got.size() % record.size() == 0;
  bool counted = last == Offset(static_cast<std::int64_t>(got.size() / record.size()) - 1);
  _exit(whole && counted ? 0 : 1);
}

TEST(StdoutWriter, SignalEndsAfterAWholeRecord) { EXPECT_EXIT(stop_in_the_middle(), testing::ExitedWithCode(0), ""); }

TEST(Signals, DieByTheirSignal) {
  auto stop = [] {
    const Signals& s = signals();
    ::raise(SIGTERM);
    if (s.stop_requested()) s.die();
  };
  EXPECT_EXIT(stop(), testing::KilledBySignal(SIGTERM), "");
}

TEST(Signals, SecondEndsAtOnce) {
  auto stop = [] {
    signals();
    ::raise(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    ::raise(SIGINT);
    _exit(0);
  };
  EXPECT_EXIT(stop(), testing::KilledBySignal(SIGINT), "");
}

TEST(Signals, TheSameToProcessAndGroupIsOne) {
  auto stop = [] {
    signals();
    ::raise(SIGTERM);
    ::raise(SIGTERM);
    _exit(0);
  };
  EXPECT_EXIT(stop(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace kstream::cli
