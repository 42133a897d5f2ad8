#include "cli/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace kstream::cli {
namespace {

/// timeout(1) sends its signal to the process and at once to its group: that is one, not two.
constexpr std::int64_t kOneSignalNs = 100'000'000;

volatile std::sig_atomic_t g_signal = 0;
std::atomic<std::int64_t> g_signal_at = 0;
int g_event = -1;

std::int64_t nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

[[noreturn]] void die_by(int signal) {
  std::signal(signal, SIG_DFL);
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, signal);
  pthread_sigmask(SIG_UNBLOCK, &mask, nullptr);
  std::raise(signal);
  _exit(128 + signal);
}

void on_signal(int signal) {
  const std::int64_t now = nanoseconds();
  if (g_signal != 0 && now - g_signal_at >= kOneSignalNs) die_by(signal);
  if (g_signal != 0) return;
  g_signal_at = now;
  g_signal = signal;
  std::uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(g_event, &one, sizeof one);
}

}  // namespace

Signals::Signals() {
  g_event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  struct sigaction before {};
  if (::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)  // nohup(1) has it ignored
    ::sigaction(SIGHUP, &action, nullptr);
}

bool Signals::stop_requested() const { return g_signal != 0; }

int Signals::fd() const { return g_event; }

void Signals::die() const { die_by(g_signal); }

}  // namespace kstream::cli
