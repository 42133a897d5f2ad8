#pragma once

#include <cstdint>

/// What answers tell of authorized operations (KIP-430): a bit for each AclOperation, by its number. Without an
/// authorizer everything that exists for the kind of resource is allowed.
namespace kstream::broker {

inline constexpr std::int32_t kAllTopicOperations =
    0b1101'1111'1000;  // read write create delete alter describe, configs
inline constexpr std::int32_t kAllClusterOperations =
    0b1'1111'1010'0000;  // create alter describe cluster-action configs idempotent

}  // namespace kstream::broker
