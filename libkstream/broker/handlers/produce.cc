// Produce, 3-13. Versions 9 on are flexible; 8 names the records at fault; 10 hints at another leader; 13 names topics
// by id. The batch is checked on the connection's shard and appended on the partition's: the answer joins the parts.
#include "protocol/produce.h"
#include "broker/handlers/handler.h"
#include "cluster/topic_name.h"
#include "records/validate.h"

#include <algorithm>

namespace kstream::broker {
namespace {

using protocol::ProduceRequest;
using protocol::ProduceResponse;
using PartitionResponse = ProduceResponse::PartitionProduceResponse;

/// The client id under which Kafka's own tools may write to internal topics.
constexpr std::string_view kAdminClient = "__admin_client";

/// An append that is not answered by then is told as timed out; it may still happen.
constexpr std::chrono::seconds kLeastTimeout{5};

class ProduceJoin final : public Join {
 public:
  ProduceJoin(Ticket<ProduceResponse> ticket, bool silent, bool by_id)
      : ticket_(std::move(ticket)), silent_(silent), by_id_(by_id) {}

  ProduceResponse response;
  std::vector<PartitionResponse*> places;  ///< where the answer of each part belongs
  std::size_t missing = 0;

  void part(Shard& shard, Message&& message, base::Now) override {
    auto& answer = std::get<Appended>(message);
    auto& place = *places[answer.call.part];
    bool gone = by_id_ && answer.error == ErrorCode::unknown_topic_or_partition;  // deleted in the meantime
    place.error_code = code(gone ? ErrorCode::unknown_topic_id : answer.error);
    place.base_offset = answer.base.value;
    place.log_append_time_ms = answer.log_append_time.value;
    place.log_start_offset = answer.log_start.value;
    if (!answer.detail.empty()) place.error_message = std::move(answer.detail);
    if (--missing == 0) end(shard);
  }
  // Without an answer there is nothing to say: what is under way may still succeed.
  void expire(Shard& shard, base::Now) override {
    if (silent_) return shard.requests().no_answer(std::move(ticket_));
    end(shard);
  }

  void end(Shard& shard) {
    if (!silent_) return shard.requests().answer(std::move(ticket_), response);
    count_errors(shard.metrics(), static_cast<std::int16_t>(ProduceResponse::kApiKey), response);
    bool failed = std::ranges::any_of(response.responses, [](const auto& topic) {
      return std::ranges::any_of(topic.partition_responses, [](const auto& one) { return one.error_code != 0; });
    });
    if (failed) return shard.requests().close(std::move(ticket_), CloseReason::failed_unanswered);
    shard.requests().no_answer(std::move(ticket_));
  }
  const AnyTicket& ticket() const { return ticket_; }

 private:
  Ticket<ProduceResponse> ticket_;
  const bool silent_;  ///< acks=0: the only sign of failure is that the connection closes
  const bool by_id_;   ///< topics are named by their ids
};

records::ProduceLimits limits_for(const config::TopicConfig& topic, int version, base::Now now) {
  records::ProduceLimits limits;
  limits.max_message_bytes = topic.max_message_bytes;
  limits.zstd_allowed = version >= 7;
  limits.timestamp_type = topic.message_timestamp_type;
  limits.now = now.wall;
  limits.timestamp_before_max_ms = topic.message_timestamp_before_max_ms;
  limits.timestamp_after_max_ms = topic.message_timestamp_after_max_ms;
  return limits;
}

ErrorCode check_target(const Shard& shard, const Request& request, const cluster::Topic* topic, std::int32_t index,
                       std::int16_t acks, bool by_id) {
  if (acks < -1 || acks > 1) return ErrorCode::invalid_required_acks;
  if (!topic) return by_id ? ErrorCode::unknown_topic_id : ErrorCode::unknown_topic_or_partition;
  const auto* partition = topic->partition(PartitionId(index));
  if (!partition) return ErrorCode::unknown_topic_or_partition;
  if (cluster::is_internal_topic(topic->name) && request.header.client_id != kAdminClient)
    return ErrorCode::invalid_topic_exception;
  if (partition->leader != shard.config().node_id) return ErrorCode::not_leader_or_follower;
  auto least =
      std::min<std::size_t>(static_cast<std::size_t>(topic->config().min_insync_replicas), partition->replicas.size());
  if (acks == -1 && partition->isr.size() < least) return ErrorCode::not_enough_replicas;
  return ErrorCode::none;
}

/// Validates one partition's batch and sends it on its way; what is wrong goes into `out`.
void submit(Shard& shard, const Request& request, const cluster::Topic& topic,
            const ProduceRequest::PartitionProduceData& data, ProduceJoin& join, PartitionResponse& out) {
  auto bytes = data.records ? data.records->bytes : base::BytesView();
  std::vector<records::RecordError> errors;
  auto batch =
      records::validate_produce(bytes, static_cast<records::Validation>(shard.config().record_validation),
                                limits_for(topic.config(), request.header.api_version, request.received), errors);
  if (!batch.ok()) {
    out.error_code = code(batch.code());
    out.error_message = batch.error().detail;
    for (auto& error : errors) out.record_errors.push_back({error.index, std::string(error.reason)});
    if (batch.code() == ErrorCode::corrupt_message || batch.code() == ErrorCode::invalid_record) {
      shard.log_limited(
          shard.bad_batches(), base::LogLevel::warning, request.received,
          "a batch for " + topic.name + '-' + std::to_string(data.index) + " is refused: " + batch.error().to_string());
    }
    return;
  }
  if (batch->header.has_producer_id() || batch->header.is_transactional()) {
    out.error_code = code(ErrorCode::unsupported_for_message_format);
    out.error_message = "idempotent and transactional producers are not supported yet: set enable.idempotence=false";
    return;
  }
  out.error_code = code(ErrorCode::request_timed_out);  // until its part comes
  PartitionKey key{topic.id, PartitionId(data.index)};
  shard.send(key, Append{.call = join.ticket().call(static_cast<std::uint32_t>(join.places.size())),
                         .key = key,
                         .batch = *batch,
                         .bytes = request.frame.part(bytes)});
  join.places.push_back(&out);
  ++join.missing;
}

}  // namespace

void handle_produce(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto body = read_body<ProduceRequest>(shard, request, ticket);
  if (!body) return;
  bool by_id = request.header.api_version >= 13, silent = body->acks == 0;
  auto call = ticket.call();
  if (silent) shard.requests().count_as_answered(ticket);
  auto owned = std::make_unique<ProduceJoin>(Ticket<ProduceResponse>(std::move(ticket)), silent, by_id);
  auto& join = *owned;
  join.response.responses.resize(body->topic_data.size());
  for (std::size_t t = 0; t < body->topic_data.size(); ++t) {
    auto& asked = body->topic_data[t];
    auto& answer = join.response.responses[t];
    const auto* topic = by_id ? shard.image().topic(asked.topic_id) : shard.image().topic(asked.name);
    answer.name = std::move(asked.name);
    answer.topic_id = asked.topic_id;
    answer.partition_responses.resize(asked.partition_data.size());
    for (std::size_t p = 0; p < asked.partition_data.size(); ++p) {
      auto& out = answer.partition_responses[p];
      out.index = asked.partition_data[p].index;
      out.base_offset = -1;
      auto error = check_target(shard, request, topic, out.index, body->acks, by_id);
      out.error_code = code(error);
      if (error == ErrorCode::none) submit(shard, request, *topic, asked.partition_data[p], join, out);
    }
  }
  if (join.missing == 0) return join.end(shard);
  auto timeout = std::max<std::chrono::nanoseconds>(std::chrono::milliseconds(body->timeout_ms), kLeastTimeout);
  shard.requests().hold(call, std::move(owned), request.received.mono + timeout);
}

}  // namespace kstream::broker
