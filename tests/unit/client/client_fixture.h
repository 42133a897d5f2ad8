#pragma once

#include <kstream/client_config.h>

#include "support/fake_cluster.h"

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>

namespace kstream::test {

using protocol::ApiKey;
using std::chrono::milliseconds;

/// Long enough for anything that works, on a machine that is busy.
inline constexpr milliseconds kSoon(20000);

inline TopicPartition orders(int partition) { return {"orders", PartitionId(partition)}; }

using Properties = std::initializer_list<std::pair<const char*, const char*>>;

/// Short pauses, so that tests are fast.
inline ClientConfig config_for(const std::string& bootstrap, Properties properties = {}) {
  ClientConfig config;
  const auto set = [&config](std::string_view name, std::string_view value) {
    const Status status = config.set(name, value);
    EXPECT_TRUE(status.ok()) << status.error().to_string();
  };
  set("bootstrap.servers", bootstrap);
  set("reconnect.backoff.ms", "5");
  set("reconnect.backoff.max.ms", "50");
  set("retry.backoff.ms", "5");
  set("retry.backoff.max.ms", "50");
  for (const auto& [name, value] : properties) set(name, value);
  return config;
}

}  // namespace kstream::test
