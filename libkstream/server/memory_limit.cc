#include "server/memory_limit.h"

#include <algorithm>
#include <fstream>
#include <string>

#include <unistd.h>

namespace kstream::server {
namespace {

/// The least that `file` says in `group` or a group above it, up to `top`, the hierarchy's root.
std::uint64_t least(std::filesystem::path top, std::string_view group, const char* file, std::uint64_t limit) {
  std::uint64_t bytes = 0;
  if (std::ifstream(top / file) >> bytes) limit = std::min(limit, bytes);
  for (const auto& name : std::filesystem::path(group).relative_path()) {
    top /= name;
    if (std::ifstream(top / file) >> bytes) limit = std::min(limit, bytes);  // "max" is no number
  }
  return limit;
}

}  // namespace

std::uint64_t memory_limit(const std::filesystem::path& root) {
  auto limit =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // hierarchy:controllers:/group
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const auto group = std::string_view(line).substr(second + 1);
    if (controllers == ",,") limit = least(root / "sys/fs/cgroup", group, "memory.max", limit);
    if (controllers.find(",memory,") != std::string::npos) {
      limit = least(root / "sys/fs/cgroup/memory", group, "memory.limit_in_bytes", limit);
    }
  }
  return limit;
}

}  // namespace kstream::server
