#pragma once

#include <kstream/result.h>

#include "cluster/image.h"
#include "cluster/metadata_record.h"

#include <map>
#include <optional>

namespace kstream::cluster {

/// Applies the records of the metadata log, one after the other, to an image. Live and at start it is the only code
/// that changes metadata. A topic is copied once for all records between two calls of `image()`.
class Replay {
 public:
  /// Goes on where `from` was given out; records of a transaction that was open then are lost, so only its abort can
  /// follow. `defaults` are what this broker's config at its start says of topics (BrokerConfig::topic_defaults);
  /// overrides that the image holds of brokers, or of `self`, come before them.
  Replay(ImageRef from, config::TopicConfig defaults, NodeId self);

  /// INVALID_RECORD: the record contradicts what came before it (a partition of a topic that is not there).
  /// UNSUPPORTED_VERSION: it means something that this release cannot honour (an ACL, a feature's level); going on
  /// would ignore what an operator asked for. The error says which record; after it this object is of no more use.
  Status apply(const MetadataRecord& record, RecordPosition at);

  /// The image after the records so far, but for those of a metadata transaction (KIP-868) that has not ended.
  ImageRef image();

 private:
  struct Apply;
  /// A topic of the working state, to be changed.
  Topic& open(const Topic& topic);
  void settle();
  bool take_defaults();
  void resolve(Topic& topic);

  config::TopicConfig fixed_defaults_;
  NodeId self_;
  base::Ref<const BrokerOverrides> defaults_of_;  ///< the overrides with which these are the defaults:
  config::TopicConfig defaults_;
  base::Ref<const TopicSettings> plain_settings_;  ///< of topics without overrides
  ImageState state_;
  std::map<Uuid, base::Ref<Topic>> open_topics_;
  std::optional<ImageState> before_transaction_;
  ImageRef image_;  ///< the last one given out; null once it is outdated
};

}  // namespace kstream::cluster
