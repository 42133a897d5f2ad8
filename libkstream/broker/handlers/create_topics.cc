// CreateTopics, 2-7. From 5 the answer tells the topic's configs and numbers, from 7 its id.
#include "protocol/create_topics.h"
#include "broker/handlers/controller_call.h"

namespace kstream::broker {

void handle_create_topics(Shard& shard, Request&& request, AnyTicket&& ticket) {
  ask_controller<protocol::CreateTopicsRequest, protocol::CreateTopicsResponse>(shard, std::move(request),
                                                                                std::move(ticket));
}

}  // namespace kstream::broker
