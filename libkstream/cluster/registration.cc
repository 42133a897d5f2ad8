#include "cluster/controller.h"

#include <algorithm>
#include <set>

namespace kstream::cluster {
namespace {

std::int16_t number(ErrorCode code) { return static_cast<std::int16_t>(code); }

template <class Request, class Record>
void copy_listeners_and_features(const Request& request, Record& record) {
  for (const auto& l : request.listeners) {
    auto& to = record.end_points.emplace_back();
    to.name = l.name;
    to.host = l.host;
    to.port = l.port;
    to.security_protocol = l.security_protocol;
  }
  for (const auto& f : request.features) {
    auto& to = record.features.emplace_back();
    to.name = f.name;
    to.min_supported_version = f.min_supported_version;
    to.max_supported_version = f.max_supported_version;
  }
}

/// Each directory belongs to one broker and is given once; ids below 100 are Kafka's own words.
bool valid_directories(const protocol::BrokerRegistrationRequest& request, const Image& image) {
  constexpr std::uint64_t kReserved = 100;
  std::set<Uuid> seen;
  for (const Uuid& id : request.log_dirs) {
    if ((id.high() == 0 && id.low() < kReserved) || !seen.insert(id).second) return false;
  }
  bool taken = false;
  image.brokers().each([&](const auto& broker) {
    if (broker->id.value == request.broker_id) return;
    taken |= std::any_of(broker->directories.begin(), broker->directories.end(),
                         [&](const Uuid& id) { return seen.count(id) > 0; });
  });
  return !seen.empty() && !taken;
}

/// Whether the broker can run at every level that is finalized.
bool knows_features(const protocol::BrokerRegistrationRequest& request, const Image& image) {
  const auto& offered = request.features;
  return std::all_of(image.features().begin(), image.features().end(), [&](const auto& finalized) {
    return std::any_of(offered.begin(), offered.end(), [&](const auto& f) {
      return f.name == finalized.first && f.min_supported_version <= finalized.second &&
             finalized.second <= f.max_supported_version;
    });
  });
}

ErrorCode check(const protocol::BrokerRegistrationRequest& request, const Image& image, const Context& context) {
  if (request.cluster_id != context.cluster_id) return ErrorCode::inconsistent_cluster_id;
  if (!valid_directories(request, image)) return ErrorCode::invalid_registration;
  return knows_features(request, image) ? ErrorCode::none : ErrorCode::unsupported_version;
}

}  // namespace

Decision<protocol::BrokerRegistrationResponse> decide(const protocol::BrokerRegistrationRequest& request,
                                                      const Image& proposed, const Context& context) {
  Decision<protocol::BrokerRegistrationResponse> decision;
  if (const ErrorCode error = check(request, proposed, context); error != ErrorCode::none) {
    decision.response.error_code = number(error);
    return decision;
  }
  protocol::RegisterBrokerRecord r;
  r.broker_id = request.broker_id;
  r.incarnation_id = request.incarnation_id;
  r.rack = request.rack;
  r.log_dirs = request.log_dirs;
  copy_listeners_and_features(request, r);
  const Broker* existing = proposed.broker(NodeId(request.broker_id));
  if (existing && existing->incarnation == request.incarnation_id) {
    r.broker_epoch = existing->epoch;
    r.fenced = existing->fenced;
    r.in_controlled_shutdown = existing->in_controlled_shutdown;
  } else {
    r.broker_epoch = context.next.value;
  }
  decision.response.broker_epoch = r.broker_epoch;
  decision.records.emplace_back(std::move(r));
  return decision;
}

Decision<protocol::BrokerHeartbeatResponse> decide(const protocol::BrokerHeartbeatRequest& request,
                                                   const Image& proposed, const Context&) {
  Decision<protocol::BrokerHeartbeatResponse> decision;
  const Broker* broker = proposed.broker(NodeId(request.broker_id));
  if (!broker || broker->epoch != request.broker_epoch) {
    decision.response.error_code = number(broker ? ErrorCode::stale_broker_epoch : ErrorCode::broker_id_not_registered);
    return decision;
  }
  // A broker's epoch is the offset of its registration.
  decision.response.is_caught_up = request.current_metadata_offset >= broker->epoch;
  decision.response.is_fenced = broker->fenced;
  if (broker->fenced && !request.want_fence && decision.response.is_caught_up) {
    protocol::BrokerRegistrationChangeRecord r;
    r.broker_id = request.broker_id;
    r.broker_epoch = request.broker_epoch;
    r.fenced = -1;
    decision.response.is_fenced = false;
    decision.records.emplace_back(std::move(r));
  }
  return decision;
}

Decision<protocol::ControllerRegistrationResponse> decide(const protocol::ControllerRegistrationRequest& request,
                                                          const Image&, const Context&) {
  Decision<protocol::ControllerRegistrationResponse> decision;
  protocol::RegisterControllerRecord r;
  r.controller_id = request.controller_id;
  r.incarnation_id = request.incarnation_id;
  copy_listeners_and_features(request, r);
  decision.records.emplace_back(std::move(r));
  return decision;
}

}  // namespace kstream::cluster
