// DescribeQuorum, 0-2: the voters of the metadata log. From 1 with times, from 2 with directories and addresses.
#include "protocol/describe_quorum.h"
#include "broker/handlers/controller_call.h"

namespace kstream::broker {

void handle_describe_quorum(Shard& shard, Request&& request, AnyTicket&& ticket) {
  ask_controller<protocol::DescribeQuorumRequest, protocol::DescribeQuorumResponse>(shard, std::move(request),
                                                                                    std::move(ticket));
}

}  // namespace kstream::broker
