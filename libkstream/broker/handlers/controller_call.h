#pragma once

#include "broker/handlers/handler.h"
#include "cluster/controller.h"
#include "quorum/describe.h"

#include <algorithm>
#include <memory>

/// What the handlers of requests that the controller decides have in common: the request goes to control as it is, and
/// the answer comes when the change is committed and every shard sees it.
namespace kstream::broker {

template <class Request, class Response>
class ControllerJoin final : public Join {
 public:
  ControllerJoin(Ticket<Response> ticket, const Request& request) : ticket_(std::move(ticket)), request_(request) {}

  void part(Shard& shard, Message&& message, base::Now) override {
    auto& answer = std::get<ControllerAnswer>(message);
    if (answer.error.code != ErrorCode::none) return fail(shard, answer.error);
    shard.requests().answer(std::move(ticket_), std::get<Response>(answer.response));
  }
  // What was asked for may still happen.
  void expire(Shard& shard, base::Now) override { fail(shard, {ErrorCode::request_timed_out, {}}); }

 private:
  void fail(Shard& shard, const Error& error) {
    using cluster::refused;
    using quorum::refused;
    shard.requests().answer(std::move(ticket_), refused(request_, error));
  }

  Ticket<Response> ticket_;
  const Request request_;
};

/// Reads the body, sends it on and holds the request until it is answered, or until its own timeout.
template <class Body, class Response>
void ask_controller(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto body = read_body<Body>(shard, request, ticket);
  if (!body) return;
  auto call = ticket.call();
  auto timeout = shard.config().request_timeout;
  if constexpr (requires { body->timeout_ms; }) timeout = std::chrono::milliseconds(std::max(body->timeout_ms, 0));
  auto join = std::make_unique<ControllerJoin<Body, Response>>(Ticket<Response>(std::move(ticket)), *body);
  shard.requests().hold(call, std::move(join), request.received.mono + timeout);
  shard.send(shard.control(), ControllerCall{call, std::move(*body), request.header.api_version});
}

}  // namespace kstream::broker
