// DeleteTopics, 1-6: from 6 by name or by id. Before 3 clients know no TOPIC_DELETION_DISABLED.
#include "protocol/delete_topics.h"
#include "broker/handlers/controller_call.h"

namespace kstream::broker {

void handle_delete_topics(Shard& shard, Request&& request, AnyTicket&& ticket) {
  ask_controller<protocol::DeleteTopicsRequest, protocol::DeleteTopicsResponse>(shard, std::move(request),
                                                                                std::move(ticket));
}

}  // namespace kstream::broker
