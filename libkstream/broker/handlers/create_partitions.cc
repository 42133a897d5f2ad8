// CreatePartitions, 0-3: count is the new total. Version 3 may be answered THROTTLING_QUOTA_EXCEEDED, which there is no
// quota for yet.
#include "protocol/create_partitions.h"
#include "broker/handlers/controller_call.h"

namespace kstream::broker {

void handle_create_partitions(Shard& shard, Request&& request, AnyTicket&& ticket) {
  ask_controller<protocol::CreatePartitionsRequest, protocol::CreatePartitionsResponse>(shard, std::move(request),
                                                                                        std::move(ticket));
}

}  // namespace kstream::broker
