#pragma once

#include <cstdint>
#include <filesystem>

namespace kstream::server {

/// Bytes of memory that this process may have: the machine's, or what a control group above it allows, if that is less
/// (a container's limit, MemoryMax= of a systemd unit; cgroups(7), both versions). `root` is where proc and sys are.
std::uint64_t memory_limit(const std::filesystem::path& root = "/");

}  // namespace kstream::server
