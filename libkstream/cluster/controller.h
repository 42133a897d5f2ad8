#pragma once

#include <kstream/ids.h>

#include "base/config/broker_config.h"
#include "base/log_line.h"
#include "base/random.h"
#include "base/time.h"
#include "cluster/features.h"
#include "cluster/image.h"
#include "cluster/metadata_record.h"
#include "protocol/alter_configs.h"
#include "protocol/broker_heartbeat.h"
#include "protocol/broker_registration.h"
#include "protocol/controller_registration.h"
#include "protocol/create_partitions.h"
#include "protocol/create_topics.h"
#include "protocol/delete_topics.h"
#include "protocol/incremental_alter_configs.h"
#include "protocol/update_features.h"

#include <string>
#include <vector>

/// The controller: from a request and the proposed image to the records that carry it out. Nothing here keeps state, so
/// that a lost leadership leaves nothing to undo.
namespace kstream::cluster {

/// What a request changes and what is answered once that is committed. The records become visible all at once or not at
/// all: they go into one batch. Without records the answer waits for the last record of the image it was made from.
template <class Response>
struct Decision {
  std::vector<MetadataRecord> records;
  Response response;
};

struct Context {
  base::Random& random;
  base::Now now;
  Offset next;  ///< the first record will have this offset
  const std::string& cluster_id;
  const config::BrokerConfig& config;  ///< with the overrides that the proposed image holds
  std::int16_t version = 0;            ///< of the request
};

Decision<protocol::CreateTopicsResponse> decide(const protocol::CreateTopicsRequest& request, const Image& proposed,
                                                const Context& context);
Decision<protocol::DeleteTopicsResponse> decide(const protocol::DeleteTopicsRequest& request, const Image& proposed,
                                                const Context& context);
Decision<protocol::CreatePartitionsResponse> decide(const protocol::CreatePartitionsRequest& request,
                                                    const Image& proposed, const Context& context);
Decision<protocol::AlterConfigsResponse> decide(const protocol::AlterConfigsRequest& request, const Image& proposed,
                                                const Context& context);
/// Levels of logs are no metadata: they are this broker's own, and last until it ends.
struct IncrementalAlterConfigsDecision : Decision<protocol::IncrementalAlterConfigsResponse> {
  std::optional<base::LogLevel> log_level;  ///< what to log from now on
};
IncrementalAlterConfigsDecision decide(const protocol::IncrementalAlterConfigsRequest& request, const Image& proposed,
                                       const Context& context);
Decision<protocol::UpdateFeaturesResponse> decide(const protocol::UpdateFeaturesRequest& request, const Image& proposed,
                                                  const Context& context);

/// The answer to a request of which nothing was done, for one reason.
protocol::CreateTopicsResponse refused(const protocol::CreateTopicsRequest& request, const Error& error);
protocol::DeleteTopicsResponse refused(const protocol::DeleteTopicsRequest& request, const Error& error);
protocol::CreatePartitionsResponse refused(const protocol::CreatePartitionsRequest& request, const Error& error);
protocol::AlterConfigsResponse refused(const protocol::AlterConfigsRequest& request, const Error& error);
protocol::IncrementalAlterConfigsResponse refused(const protocol::IncrementalAlterConfigsRequest& request,
                                                  const Error& error);
protocol::UpdateFeaturesResponse refused(const protocol::UpdateFeaturesRequest& request, const Error& error);

/// A new incarnation gets the record's offset as its broker epoch and is fenced until it says that it has caught up.
/// INCONSISTENT_CLUSTER_ID, INVALID_REGISTRATION, UNSUPPORTED_VERSION (a finalized feature that it does not know).
Decision<protocol::BrokerRegistrationResponse> decide(const protocol::BrokerRegistrationRequest& request,
                                                      const Image& proposed, const Context& context);
/// Unfences a broker that wants it and has applied its own registration. STALE_BROKER_EPOCH, BROKER_ID_NOT_REGISTERED.
Decision<protocol::BrokerHeartbeatResponse> decide(const protocol::BrokerHeartbeatRequest& request,
                                                   const Image& proposed, const Context& context);
Decision<protocol::ControllerRegistrationResponse> decide(const protocol::ControllerRegistrationRequest& request,
                                                          const Image& proposed, const Context& context);

/// What a new leader of the metadata log writes before it answers anybody: the abort of a transaction that its
/// predecessor left open, and in a new cluster the bootstrap records. May be empty.
std::vector<MetadataRecord> activation_records(const Image& proposed);

/// The leaderships that a broker takes up once it is unfenced: of the partitions that have no leader and whose in-sync
/// set it is in. After a restart that was not clean also a new epoch of those that it leads: offsets above the last
/// synced one may be given again, and only the epoch tells the two records apart. Each list is one batch.
std::vector<std::vector<MetadataRecord>> take_leadership(const Image& proposed, NodeId broker, bool clean_restart);

}  // namespace kstream::cluster
