#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/bytes.h"
#include "cluster/image.h"

#include <string>
#include <vector>

namespace kstream::quorum {

/// A voter is a node and its metadata directory: a wiped disk is a new voter (KIP-853).
struct Voter {
  NodeId node;
  Uuid directory;
  std::vector<cluster::Endpoint> endpoints;  ///< of the controller listeners; no security protocol is stored
  bool operator==(const Voter&) const = default;
};
using Voters = std::vector<Voter>;

/// The value of a KRAFT_VOTERS control record.
std::string encode_voters(const Voters& voters);
/// CORRUPT_MESSAGE if it is none.
Result<Voters> decode_voters(base::BytesView value);

}  // namespace kstream::quorum
