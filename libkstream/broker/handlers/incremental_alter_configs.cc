// IncrementalAlterConfigs, 0-1: sets and deletes single overrides, appends to lists and takes from them; and the level
// of this broker's log (KIP-412).
#include "protocol/incremental_alter_configs.h"
#include "broker/handlers/controller_call.h"

namespace kstream::broker {

void handle_incremental_alter_configs(Shard& shard, Request&& request, AnyTicket&& ticket) {
  ask_controller<protocol::IncrementalAlterConfigsRequest, protocol::IncrementalAlterConfigsResponse>(
      shard, std::move(request), std::move(ticket));
}

}  // namespace kstream::broker
