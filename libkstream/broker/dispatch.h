#pragma once

#include "broker/requests.h"

#include <cstdint>
#include <span>

namespace kstream::broker {

/// One row per API that this broker serves; ApiVersions announces exactly these.
struct Handler {
  std::int16_t api;
  bool overlapping;  ///< its second phase may run beside other requests of the connection (Produce)
  void (*handle)(Shard&, Request&&, AnyTicket&&);
};

std::span<const Handler> handlers();
/// Null if the API is not served.
const Handler* find_handler(std::int16_t api);
/// Whether requests of this version are served. Of ApiVersions every version is: unknown ones are answered in version
/// 0.
bool serves(const Handler& handler, std::int16_t version);
/// The version in which the answer is encoded.
std::int16_t encoded_version(std::int16_t api, std::int16_t version);
/// Starts a request: Requests calls this when its turn has come.
void dispatch(Shard& shard, Request&& request, AnyTicket&& ticket);

}  // namespace kstream::broker
