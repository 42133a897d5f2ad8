/// Makes the hypervisor back the guest's free memory before a benchmark that grows the page cache. On a virtual machine
/// the first touch of a page costs an exit to the host (2 to 9 s of CPU per GiB were measured, against 0.1 to 0.4 s),
/// and memory that lies free for a while goes back to the host.
///
///   warm_memory --file PATH [--gb N] [--passes P] [--good S]
///
/// Each pass writes a file of N GiB and deletes it: it takes the very pages that a log would get. Stops when the
/// slowest 64 MiB of a pass took less than S seconds per GiB, at the latest after P passes. Prints one line of JSON;
/// exit status 4 if the last pass was still slow.
#include <fcntl.h>

#include <vector>

#include "bench/arguments.h"
#include "bench/json_line.h"

namespace {

using namespace kstream::bench;

constexpr std::size_t kPiece = 64 << 20;

/// The slowest piece of a pass, in seconds per GiB.
double pass(const std::string& name, std::size_t bytes) {
  int fd = check(open(name.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0644), name);
  unlink(name.c_str());
  std::vector<char> chunk(1 << 20, 'w');
  double worst = 0;
  for (std::size_t at = 0; at < bytes; at += kPiece) {
    double start = now_s();
    for (std::size_t i = 0; i < kPiece; i += chunk.size()) check(write(fd, chunk.data(), chunk.size()), "write");
    worst =
        std::max(worst, (now_s() - start) * static_cast<double>(std::size_t{1} << 30) / static_cast<double>(kPiece));
  }
  close(fd);
  return worst;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments(argc, argv);
  auto file = arguments.text("file", "warm_memory.tmp");
  auto bytes = static_cast<std::size_t>(arguments.integer("gb", 4)) << 30;
  int limit = arguments.integer("passes", 6);
  double good = arguments.number("good", 0.5);
  arguments.reject_unknown();
  double first = pass(file, bytes), last = first;
  int passes = 1;
  for (; last >= good && passes < limit; ++passes) last = pass(file, bytes);
  JsonLine().add("first_s_per_gib", first).add("last_s_per_gib", last).add("passes", passes).print();
  return last < good ? 0 : 4;
}
