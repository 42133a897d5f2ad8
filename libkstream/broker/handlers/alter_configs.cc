// AlterConfigs, 0-2: what is given replaces all overrides of a topic, of this broker or of all brokers. Clients should
// use IncrementalAlterConfigs.
#include "protocol/alter_configs.h"
#include "broker/handlers/controller_call.h"

namespace kstream::broker {

void handle_alter_configs(Shard& shard, Request&& request, AnyTicket&& ticket) {
  ask_controller<protocol::AlterConfigsRequest, protocol::AlterConfigsResponse>(shard, std::move(request),
                                                                                std::move(ticket));
}

}  // namespace kstream::broker
