#pragma once

#include "broker/shard.h"
#include "protocol/message.h"

#include <optional>
#include <utility>

/// What the handlers share. A handler is an ordinary function, one file per API, called when its request's turn has
/// come: it answers the ticket or holds a Join that will.
namespace kstream::broker {

void handle_alter_configs(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_api_versions(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_create_partitions(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_create_topics(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_delete_records(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_delete_topics(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_describe_cluster(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_describe_configs(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_describe_log_dirs(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_describe_quorum(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_describe_topic_partitions(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_fetch(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_incremental_alter_configs(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_list_offsets(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_metadata(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_offset_for_leader_epoch(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_produce(Shard& shard, Request&& request, AnyTicket&& ticket);
void handle_update_features(Shard& shard, Request&& request, AnyTicket&& ticket);

/// The request's body, or nothing, and its connection is closed: there is no answer to bytes that are no request.
template <class Body>
std::optional<Body> read_body(Shard& shard, const Request& request, AnyTicket& ticket) {
  auto body = protocol::decoded<Body>(request.body, request.header.api_version);
  if (body.ok()) return std::move(*body);
  shard.requests().close(std::move(ticket), CloseReason::malformed_request);
  return std::nullopt;
}

/// An error as responses carry it.
inline std::int16_t code(ErrorCode error) { return static_cast<std::int16_t>(error); }

}  // namespace kstream::broker
