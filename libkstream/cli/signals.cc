#include "cli/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <csignal>
#include <cstdint>
#include <cstdlib>

namespace kstream::cli {
namespace {

volatile std::sig_atomic_t g_signal = 0;
int g_event = -1;

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
  if (g_signal != 0) die_by(signal);
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
}

bool Signals::stop_requested() const { return g_signal != 0; }

int Signals::fd() const { return g_event; }

void Signals::die() const { die_by(g_signal); }

}  // namespace kstream::cli
