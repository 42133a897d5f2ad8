// UpdateFeatures, 0-2: all of the request or nothing. Version 1 brought dry runs and kinds of downgrade; from 2 on
// there are no results of single features.
#include "protocol/update_features.h"
#include "broker/handlers/controller_call.h"

namespace kstream::broker {

void handle_update_features(Shard& shard, Request&& request, AnyTicket&& ticket) {
  ask_controller<protocol::UpdateFeaturesRequest, protocol::UpdateFeaturesResponse>(shard, std::move(request),
                                                                                    std::move(ticket));
}

}  // namespace kstream::broker
