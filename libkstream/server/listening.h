#pragma once

#include <kstream/result.h>

#include "base/config/listener.h"

#include <cstdint>
#include <string>

namespace kstream::server {

/// What a listening socket's connections have from it.
struct SocketOptions {
  int backlog = 1024;
  int receive_buffer = -1;  ///< bytes; not above 0: as the system likes
  int send_buffer = -1;
};

/// A socket that listens. INVALID_CONFIG with one sentence if the address cannot be listened on.
Result<int> listen_on(const config::Listener& listener, const SocketOptions& options = {});
/// A unix socket of mode 0600 named `name` in `folder`, whose path may be as long as it likes. Replaces a stale one.
Result<int> listen_locally(const std::string& folder, const std::string& name);
/// Whether an address could be listened on, without listening: as listen_on.
Status try_to_bind(const config::Listener& listener);
/// The port on which a socket listens.
std::uint16_t bound_port(int socket);

}  // namespace kstream::server
