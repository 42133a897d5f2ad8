#pragma once

#include "client/metadata.h"
#include "client/sender.h"
#include "client/settings.h"
#include "protocol/produce.h"

#include <string>
#include <vector>

namespace kstream::client {

/// A Produce request, with what it takes to understand the answer.
struct ProduceExchange {
  protocol::ProduceRequest request;
  std::vector<base::BytesView> batches;  ///< in the order of the request's `records`; views into the order
  int low = protocol::ProduceRequest::kMinVersion;
  int high = protocol::ProduceRequest::kMaxVersion;
};

/// The batches of the order must be finished.
ProduceExchange make_exchange(const ProduceOrder& order, const ProducerSettings& settings, const Metadata& metadata);

/// Sets the outcome of each batch. Leaders that the answer names are told to `metadata`.
void apply_answer(ProduceOrder& order, const protocol::ProduceRequest& request,
                  const protocol::ProduceResponse& response, Metadata& metadata);

}  // namespace kstream::client
