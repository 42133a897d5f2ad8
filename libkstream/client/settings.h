#pragma once

#include <kstream/client_config.h>
#include <kstream/record.h>
#include <kstream/result.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::client {

using std::chrono::milliseconds;

/// Waits that are to be longer are cut to this: as good as for ever, and what fits into nanoseconds.
inline constexpr milliseconds kLongestWait = std::chrono::hours(24 * 3650);

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
  /// `host:port`, with brackets around an IPv6 address.
  std::string to_string() const;
};

/// `host:port`, `[2001:db8::1]:9092`; the port is 9092 if there is none. INVALID_CONFIG.
Result<Endpoint> parse_endpoint(std::string_view text);

/// A wait that doubles with each failure.
struct BackoffRange {
  milliseconds first;
  milliseconds most;
  /// After `failures` (>= 1) in a row, without jitter.
  milliseconds after(int failures) const;
};

/// What connections, metadata and requests in general go by.
struct ClientSettings {
  std::vector<Endpoint> bootstrap;
  std::string client_id;
  milliseconds request_timeout;
  milliseconds connect_timeout;
  milliseconds metadata_max_age;
  BackoffRange reconnect;
  BackoffRange retry;
  std::optional<int> send_buffer;
  std::optional<int> receive_buffer;
  bool check_cluster;
  bool allow_auto_create;
  std::function<void(std::string_view)> trace;
};

struct ProducerSettings {
  std::int16_t acks;
  std::size_t batch_size;
  std::size_t buffer_memory;
  std::size_t max_request_size;
  Codec codec;
  std::optional<int> level;
  milliseconds linger;
  milliseconds delivery_timeout;
  milliseconds request_timeout;
  milliseconds max_block;
  int max_in_flight;  ///< requests of one broker
  int retries;
  BackoffRange retry;
  bool ignore_keys;
};

enum class OutOfRange : std::uint8_t { halt, to_beginning, to_end };

struct ConsumerSettings {
  std::int32_t min_bytes;
  std::int32_t max_bytes;
  std::int32_t max_partition_bytes;
  milliseconds max_wait;
  std::size_t max_poll_records;
  bool read_committed;
  bool check_crcs;
  OutOfRange out_of_range;
  BackoffRange retry;
};

/// INVALID_CONFIG if `bootstrap.servers` is empty or cannot be read.
Result<ClientSettings> client_settings(const ClientConfig& config);
/// INVALID_CONFIG if `delivery.timeout.ms` was set and is less than `linger.ms` and `request.timeout.ms` together; its
/// default is raised to that.
Result<ProducerSettings> producer_settings(const ClientConfig& config);
/// INVALID_CONFIG if `request.timeout.ms` is not more than `fetch.max.wait.ms`.
Result<ConsumerSettings> consumer_settings(const ClientConfig& config);

}  // namespace kstream::client
