// DescribeCluster, 0-2: the brokers, as the listener is to be told of them on which the request came. 1 names the kind
// of endpoint that is meant (KIP-919), of which a broker knows brokers only; 2 asks for fenced ones, too (KIP-1073).
#include "protocol/describe_cluster.h"
#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/handler.h"

namespace kstream::broker {
namespace {

using protocol::DescribeClusterRequest;
using protocol::DescribeClusterResponse;

constexpr std::int8_t kBrokers = 1, kControllers = 2;

DescribeClusterResponse refusal(std::int8_t endpoint_type) {
  DescribeClusterResponse response;
  response.error_code =
      code(endpoint_type == kControllers ? ErrorCode::mismatched_endpoint_type : ErrorCode::unsupported_endpoint_type);
  response.error_message = endpoint_type == kControllers
                               ? "this is a listener for clients of brokers; controllers are described by a controller"
                               : "there are no endpoints of type " + std::to_string(endpoint_type);
  return response;
}

DescribeClusterResponse describe(const Shard& shard, const DescribeClusterRequest& body, const std::string& listener) {
  if (body.endpoint_type != kBrokers) return refusal(body.endpoint_type);
  DescribeClusterResponse response;
  response.cluster_id = shard.cluster_id();
  if (body.include_cluster_authorized_operations) response.cluster_authorized_operations = kAllClusterOperations;
  shard.image().brokers().each([&](const auto& broker) {
    const auto* endpoint = broker->endpoint(listener);
    if (!endpoint || (broker->fenced && !body.include_fenced_brokers)) return;
    response.brokers.push_back({broker->id.value, endpoint->host, endpoint->port, broker->rack, broker->fenced});
    if (response.controller_id < 0 && !broker->fenced)
      response.controller_id = broker->id.value;  // any broker forwards to the controller
  });
  return response;
}

}  // namespace

void handle_describe_cluster(Shard& shard, Request&& request, AnyTicket&& untyped) {
  auto body = read_body<DescribeClusterRequest>(shard, request, untyped);
  if (!body) return;
  auto response = describe(shard, *body, shard.config().listeners[request.listener].name);
  shard.requests().answer(Ticket<DescribeClusterResponse>(std::move(untyped)), response);
}

}  // namespace kstream::broker
