#pragma once

#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

/// What every program of the benchmark needs of the machine: failing calls end it, clocks, and the core it runs on.
namespace kstream::bench {

[[noreturn]] inline void die(const std::string& what) {
  std::fprintf(stderr, "fatal: %s\n", what.c_str());
  std::_Exit(1);
}

/// `result` of a system call, which must not have failed.
template <class T>
T check(T result, const std::string& what) {
  if (result < 0) die(what + ": " + std::strerror(errno));
  return result;
}

inline std::uint64_t clock_ns(clockid_t id) {
  timespec time;
  clock_gettime(id, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(time.tv_nsec);
}
inline std::uint64_t now_ns() { return clock_ns(CLOCK_MONOTONIC); }
inline double now_s() { return static_cast<double>(now_ns()) * 1e-9; }
inline double thread_cpu_s() { return static_cast<double>(clock_ns(CLOCK_THREAD_CPUTIME_ID)) * 1e-9; }

/// Keeps the calling thread, and those it starts, on one core; -1 leaves them free.
inline void pin(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(core), &set);
  check(sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
}

}  // namespace kstream::bench
