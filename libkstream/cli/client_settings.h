#pragma once

#include "cli/arguments.h"
#include "cli/console.h"

#include <kstream/client_config.h>
#include <kstream/result.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// What a tool needs to know to reach its brokers.
struct ClientSettings {
  ClientConfig config;
  std::chrono::milliseconds timeout{10'000};
  /// How long a broker may owe an answer: `request.timeout.ms`, which is `timeout` unless it was set, and always more
  /// than a fetch may wait.
  std::chrono::milliseconds answer_timeout() const {
    return std::chrono::milliseconds(config.number("request.timeout.ms"));
  }
  /// What is said when brokers were in `trouble` for longer than that.
  std::string gave_up(const Error& trouble) const {
    return "gave up after " + std::to_string(timeout.count()) + " ms: " + trouble.to_string();
  }
  /// What stood on the command line to reach this cluster (` -b host:9092`), to print in commands to paste.
  std::string same_cluster;
  /// No layer says where the brokers are.
  bool default_broker = false;
  /// Which layer each property comes from (`-X`, `KSTREAM_SERVER`, `client.properties:3`); others are the tool's own.
  std::map<std::string, std::string, std::less<>> sources{};
  /// The error's detail begins with the source.
  Status set(std::string_view source, std::string_view name, std::string_view value);
};

/// Puts the layers on each other: flags, then the environment (KSTREAM_SERVER, and KSTREAM_ with a property's name in
/// capitals, dots as _), then -C's file, then the profile, then defaults. An error names the layer it comes from.
Result<ClientSettings> make_client_settings(const Arguments& arguments, const Console& console);

/// The profiles of client.toml; none if it cannot be read.
std::vector<std::string> profile_names();

/// Whether a property of this name holds a secret, which -X refuses because ps shows it.
bool is_secret(std::string_view property);

}  // namespace kstream::cli
