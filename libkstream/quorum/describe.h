#pragma once

#include "base/time.h"
#include "protocol/describe_quorum.h"
#include "quorum/quorum.h"

namespace kstream::quorum {

/// What the leader says of the quorum (KIP-595, KIP-836), in an answer of `version`; there are no observers.
/// UNKNOWN_TOPIC_OR_PARTITION for anything but the one partition of the metadata log, NOT_LEADER_OR_FOLLOWER while this
/// node does not lead.
protocol::DescribeQuorumResponse describe(const Quorum& quorum, const protocol::DescribeQuorumRequest& request,
                                          std::int16_t version, base::Now now);

/// The answer if the controller could not be asked.
protocol::DescribeQuorumResponse refused(const protocol::DescribeQuorumRequest& request, const Error& error);

}  // namespace kstream::quorum
