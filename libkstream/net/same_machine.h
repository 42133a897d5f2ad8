#pragma once

namespace kstream::net {

/// Takes the pacing from a connected TCP socket whose ends are both on this machine. Between them nothing is congested,
/// but where BBR is the system's congestion control it sets a timer before each 64 KiB: a fetch of 1 MB took ten times
/// the CPU. Other sockets, and systems that refuse, are left as they are.
void send_at_once_within_machine(int socket);

}  // namespace kstream::net
