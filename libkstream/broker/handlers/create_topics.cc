// CreateTopics, 2-7: decided by the controller. From 5 the answer tells the topic's configs and numbers, from 7 its id.
// It comes when the change is committed and every shard sees it.
#include "protocol/create_topics.h"
#include "broker/handlers/handler.h"

namespace kstream::broker {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;

class CreateTopicsJoin final : public Join {
 public:
  CreateTopicsJoin(Ticket<CreateTopicsResponse> ticket, std::vector<std::string> names)
      : ticket_(std::move(ticket)), names_(std::move(names)) {}

  void part(Shard& shard, Message&& message, base::Now) override {
    auto& answer = std::get<ControllerAnswer>(message);
    if (answer.error != ErrorCode::none) return fail(shard, answer.error);
    end(shard, std::get<CreateTopicsResponse>(answer.response));
  }
  void expire(Shard& shard, base::Now) override { fail(shard, ErrorCode::request_timed_out); }

 private:
  void fail(Shard& shard, ErrorCode error) {
    CreateTopicsResponse response;
    for (auto& name : names_) {
      auto& topic = response.topics.emplace_back();
      topic.name = std::move(name);
      topic.error_code = code(error);
      topic.error_message.reset();
    }
    end(shard, response);
  }
  void end(Shard& shard, const CreateTopicsResponse& response) {
    for (const auto& topic : response.topics) {
      shard.metrics().count_error(static_cast<std::int16_t>(protocol::ApiKey::create_topics),
                                  static_cast<ErrorCode>(topic.error_code));
    }
    shard.requests().answer(std::move(ticket_), response);
  }

  Ticket<CreateTopicsResponse> ticket_;
  std::vector<std::string> names_;
};

}  // namespace

void handle_create_topics(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto body = read_body<CreateTopicsRequest>(shard, request, ticket);
  if (!body) return;
  std::vector<std::string> names;
  for (const auto& topic : body->topics) names.push_back(topic.name);
  auto call = ticket.call();
  auto timeout = std::chrono::milliseconds(std::max(body->timeout_ms, 0));
  auto join = std::make_unique<CreateTopicsJoin>(Ticket<CreateTopicsResponse>(std::move(ticket)), std::move(names));
  shard.requests().hold(call, std::move(join), request.received.mono + timeout);
  shard.send(shard.control(), ControllerCall{call, std::move(*body)});
}

}  // namespace kstream::broker
