#include "cluster/replay.h"

#include "base/config/broker_config.h"
#include "cluster/features.h"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace kstream::cluster {
namespace {

constexpr std::int32_t kNoLeaderChange = -2;

Error contradiction(std::string detail) { return {ErrorCode::invalid_record, std::move(detail)}; }
Error beyond_us(std::string detail) { return {ErrorCode::unsupported_version, std::move(detail)}; }

std::vector<NodeId> nodes(const std::vector<std::int32_t>& ids) {
  std::vector<NodeId> out;
  out.reserve(ids.size());
  for (std::int32_t id : ids) out.emplace_back(id);
  return out;
}

template <class Endpoints>
std::vector<Endpoint> endpoints(const Endpoints& from) {
  std::vector<Endpoint> out;
  for (const auto& e : from) out.push_back({e.name, e.host, e.port, e.security_protocol});
  return out;
}

/// Sorted: Kafka writes them in the order of a map that hashes.
template <class Features>
std::vector<FeatureRange> features(const Features& from) {
  std::vector<FeatureRange> out;
  for (const auto& f : from) out.push_back({f.name, f.min_supported_version, f.max_supported_version});
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

/// The directories that a record gives for `replicas` of them, in their number.
Result<std::vector<Uuid>> directories(const std::vector<Uuid>& given, std::size_t replicas) {
  if (given.empty()) return std::vector<Uuid>(replicas, kUnassignedDirectory);
  if (given.size() == replicas) return given;
  return contradiction(std::to_string(given.size()) + " directories for " + std::to_string(replicas) + " replicas");
}

Result<RecoveryState> recovery_state(std::int8_t value) {
  if (value == 0 || value == 1) return static_cast<RecoveryState>(value);
  return contradiction("leader recovery state " + std::to_string(value));
}

/// Eligible leader replicas (KIP-966) have no meaning while their feature is not finalized.
template <class Record>
bool names_eligible_leaders(const Record& r) {
  return (r.eligible_leader_replicas && !r.eligible_leader_replicas->empty()) ||
         (r.last_known_elr && !r.last_known_elr->empty());
}

}  // namespace

/// What each type of record does. Types without an overload are those that this release cannot honour.
struct Replay::Apply {
  Replay& replay;
  ImageState& state = replay.state_;

  Status operator()(const protocol::NoOpRecord&) { return {}; }
  Status operator()(const protocol::FeatureLevelRecord& r);

  Status operator()(const protocol::TopicRecord& r);
  Status operator()(const protocol::RemoveTopicRecord& r);
  Status operator()(const protocol::PartitionRecord& r);
  Status operator()(const protocol::PartitionChangeRecord& r);
  Status operator()(const protocol::ConfigRecord& r);
  Status topic_config(const protocol::ConfigRecord& r);
  void broker_config(const protocol::ConfigRecord& r);

  Status operator()(const protocol::RegisterBrokerRecord& r);
  Status operator()(const protocol::BrokerRegistrationChangeRecord& r);
  Status operator()(const protocol::UnregisterBrokerRecord& r);
  Status operator()(const protocol::RegisterControllerRecord& r);
  Status operator()(const protocol::UnregisterControllerRecord& r);
  Status operator()(const protocol::ProducerIdsRecord& r);

  Status operator()(const protocol::BeginTransactionRecord&);
  Status operator()(const protocol::EndTransactionRecord&);
  Status operator()(const protocol::AbortTransactionRecord&);

  template <class Record>
  Status operator()(const Record&) {
    return beyond_us("this release has no feature that gives it a meaning");
  }

  const Topic* find_topic(const Uuid& id) const {
    const auto open = replay.open_topics_.find(id);
    return open != replay.open_topics_.end() ? open->second.get() : state.topics_by_id.find(id).get();
  }
  const Topic* find_topic(const std::string& name) const {
    const Topic* topic = state.topics_by_name.find(name).get();
    return topic ? find_topic(topic->id) : nullptr;
  }
  Result<const Broker*> find_broker(std::int32_t id, std::int64_t epoch) const;
};

Status Replay::Apply::operator()(const protocol::FeatureLevelRecord& r) {
  auto& levels = state.features;
  const auto at = std::lower_bound(levels.begin(), levels.end(), r.name,
                                   [](const auto& feature, const std::string& name) { return feature.first < name; });
  const bool known = at != levels.end() && at->first == r.name;
  if (r.feature_level == 0) {
    if (known) levels.erase(at);
    return {};
  }
  if (!is_supported(r.name, r.feature_level)) {
    return beyond_us(r.name + " is finalized at level " + std::to_string(r.feature_level) +
                     ", which this release does not support");
  }
  if (known) {
    at->second = r.feature_level;
  } else {
    levels.insert(at, {r.name, r.feature_level});
  }
  return {};
}

Status Replay::Apply::operator()(const protocol::TopicRecord& r) {
  if (find_topic(r.topic_id)) return contradiction("topic id " + r.topic_id.to_string() + " is in use");
  if (find_topic(r.name)) return contradiction("a topic named " + r.name + " exists");
  auto topic = base::make_counted<Topic>();
  topic->name = r.name;
  topic->id = r.topic_id;
  // The name must be found at once; the rest follows when the topic is settled.
  state.topics_by_name.put(base::Ref<const Topic>(topic.get()));
  replay.open_topics_.emplace(r.topic_id, std::move(topic));
  return {};
}

Status Replay::Apply::operator()(const protocol::RemoveTopicRecord& r) {
  const Topic* topic = find_topic(r.topic_id);
  if (!topic) return contradiction("no topic has the id " + r.topic_id.to_string());
  const base::Ref<const Topic> keep(topic);
  state.partitions -= topic->partitions.size();
  state.topics_by_name.erase(topic->name);
  state.topics_by_id.erase(topic->id);
  state.topics_by_blurred_name.erase({topic->name});
  replay.open_topics_.erase(r.topic_id);
  return {};
}

Status Replay::Apply::operator()(const protocol::PartitionRecord& r) {
  const Topic* topic = find_topic(r.topic_id);
  if (!topic) return contradiction("no topic has the id " + r.topic_id.to_string());
  const std::size_t count = topic->partitions.size();
  if (r.partition_id < 0 || static_cast<std::size_t>(r.partition_id) != count) {
    return contradiction("partition " + std::to_string(r.partition_id) + " of topic " + topic->name + ", which has " +
                         std::to_string(count));
  }
  if (r.replicas.empty()) return contradiction("no replicas");
  if (names_eligible_leaders(r)) return beyond_us("it names eligible leader replicas");
  auto where = directories(r.directories, r.replicas.size());
  if (!where) return where.error();
  auto recovery = recovery_state(r.leader_recovery_state);
  if (!recovery) return recovery.error();

  auto partition = base::make_counted<Partition>();
  partition->replicas = nodes(r.replicas);
  partition->directories = *std::move(where);
  partition->isr = nodes(r.isr);
  partition->adding = nodes(r.adding_replicas);
  partition->removing = nodes(r.removing_replicas);
  partition->leader = NodeId(r.leader);
  partition->leader_epoch = LeaderEpoch(r.leader_epoch);
  partition->partition_epoch = r.partition_epoch;
  partition->recovery_state = *recovery;
  replay.open(*topic).partitions.emplace_back(partition.get());
  ++state.partitions;
  return {};
}

Status Replay::Apply::operator()(const protocol::PartitionChangeRecord& r) {
  const Topic* topic = find_topic(r.topic_id);
  const Partition* old = topic ? topic->partition(PartitionId(r.partition_id)) : nullptr;
  if (!old) {
    return contradiction("partition " + std::to_string(r.partition_id) + " of topic id " + r.topic_id.to_string() +
                         " is not there");
  }
  if (names_eligible_leaders(r)) return beyond_us("it names eligible leader replicas");
  auto changed = base::make_counted<Partition>();
  changed->replicas = r.replicas ? nodes(*r.replicas) : old->replicas;
  if (changed->replicas.empty()) return contradiction("no replicas");
  auto where = r.directories ? directories(*r.directories, changed->replicas.size())
                             : directories(old->directories, changed->replicas.size());
  if (!where) return where.error();
  changed->directories = *std::move(where);
  changed->isr = r.isr ? nodes(*r.isr) : old->isr;
  changed->adding = r.adding_replicas ? nodes(*r.adding_replicas) : old->adding;
  changed->removing = r.removing_replicas ? nodes(*r.removing_replicas) : old->removing;
  const bool elected = r.leader != kNoLeaderChange;
  changed->leader = elected ? NodeId(r.leader) : old->leader;
  changed->leader_epoch = LeaderEpoch(old->leader_epoch.value + (elected ? 1 : 0));
  changed->partition_epoch = old->partition_epoch + 1;
  changed->recovery_state = old->recovery_state;
  if (r.leader_recovery_state >= 0) {
    auto recovery = recovery_state(r.leader_recovery_state);
    if (!recovery) return recovery.error();
    changed->recovery_state = *recovery;
  }
  replay.open(*topic).partitions[static_cast<std::size_t>(r.partition_id)] = base::Ref<const Partition>(changed.get());
  return {};
}

Status Replay::Apply::operator()(const protocol::ConfigRecord& r) {
  switch (static_cast<ResourceType>(r.resource_type)) {
    case ResourceType::topic:
      return topic_config(r);
    case ResourceType::broker:
      return broker_config(r), Status();
  }
  return beyond_us("it configures a resource of type " + std::to_string(r.resource_type));
}

Status Replay::Apply::topic_config(const protocol::ConfigRecord& r) {
  const Topic* found = find_topic(r.resource_name);
  if (!found) return contradiction("it configures topic " + r.resource_name + ", which is not there");
  Topic& topic = replay.open(*found);
  if (r.value) {
    topic.overrides.insert_or_assign(r.name, *r.value);
  } else {
    topic.overrides.erase(r.name);
  }
  topic.settings = nullptr;
  return {};
}

void Replay::Apply::broker_config(const protocol::ConfigRecord& r) {
  auto copy = base::make_counted<BrokerOverrides>();
  if (state.broker_overrides) copy->by_broker = state.broker_overrides->by_broker;
  auto& values = copy->by_broker[r.resource_name];
  if (r.value) {
    values.insert_or_assign(r.name, *r.value);
  } else {
    values.erase(r.name);
  }
  if (values.empty()) copy->by_broker.erase(r.resource_name);
  state.broker_overrides = base::Ref<const BrokerOverrides>(copy.get());
}

Status Replay::Apply::operator()(const protocol::RegisterBrokerRecord& r) {
  auto broker = base::make_counted<Broker>();
  broker->id = NodeId(r.broker_id);
  broker->epoch = r.broker_epoch;
  broker->incarnation = r.incarnation_id;
  broker->endpoints = endpoints(r.end_points);
  broker->features = features(r.features);
  broker->rack = r.rack;
  broker->fenced = r.fenced;
  broker->in_controlled_shutdown = r.in_controlled_shutdown;
  broker->directories = r.log_dirs;
  broker->cordoned_directories = r.cordoned_log_dirs;
  state.brokers.put(base::Ref<const Broker>(broker.get()));
  return {};
}

Result<const Broker*> Replay::Apply::find_broker(std::int32_t id, std::int64_t epoch) const {
  const Broker* broker = state.brokers.find(NodeId(id)).get();
  if (!broker) return contradiction("broker " + std::to_string(id) + " is not registered");
  if (broker->epoch == epoch) return broker;
  return contradiction("broker " + std::to_string(id) + " is registered with epoch " + std::to_string(broker->epoch) +
                       ", not " + std::to_string(epoch));
}

Status Replay::Apply::operator()(const protocol::BrokerRegistrationChangeRecord& r) {
  const auto old = find_broker(r.broker_id, r.broker_epoch);
  if (!old) return old.error();
  if (r.fenced < -1 || r.fenced > 1 || r.in_controlled_shutdown < 0 || r.in_controlled_shutdown > 1) {
    return contradiction("a change of fencing or shutdown that is neither -1, 0 nor 1");
  }
  auto changed = base::make_counted<Broker>(BrokerFields(**old));
  if (r.fenced != 0) changed->fenced = r.fenced > 0;
  if (r.in_controlled_shutdown != 0) changed->in_controlled_shutdown = true;
  if (!r.log_dirs.empty()) changed->directories = r.log_dirs;
  if (r.cordoned_log_dirs) changed->cordoned_directories = r.cordoned_log_dirs;
  state.brokers.put(base::Ref<const Broker>(changed.get()));
  return {};
}

Status Replay::Apply::operator()(const protocol::UnregisterBrokerRecord& r) {
  const auto broker = find_broker(r.broker_id, r.broker_epoch);
  if (!broker) return broker.error();
  state.brokers.erase(NodeId(r.broker_id));
  return {};
}

Status Replay::Apply::operator()(const protocol::RegisterControllerRecord& r) {
  auto controller = base::make_counted<Controller>();
  controller->id = NodeId(r.controller_id);
  controller->incarnation = r.incarnation_id;
  controller->endpoints = endpoints(r.end_points);
  controller->features = features(r.features);
  state.controllers.put(base::Ref<const Controller>(controller.get()));
  return {};
}

Status Replay::Apply::operator()(const protocol::UnregisterControllerRecord& r) {
  state.controllers.erase(NodeId(r.controller_id));
  return {};
}

Status Replay::Apply::operator()(const protocol::ProducerIdsRecord& r) {
  state.next_producer_id = r.next_producer_id;
  return {};
}

Status Replay::Apply::operator()(const protocol::BeginTransactionRecord&) {
  if (replay.before_transaction_) return contradiction("a metadata transaction is open already");
  replay.settle();
  replay.before_transaction_ = state;
  replay.before_transaction_->in_transaction = true;
  return {};
}

Status Replay::Apply::operator()(const protocol::EndTransactionRecord&) {
  if (!replay.before_transaction_) return contradiction("no metadata transaction is open");
  replay.before_transaction_.reset();
  return {};
}

Status Replay::Apply::operator()(const protocol::AbortTransactionRecord&) {
  if (!replay.before_transaction_) return contradiction("no metadata transaction is open");
  replay.open_topics_.clear();
  state = *std::exchange(replay.before_transaction_, std::nullopt);
  state.in_transaction = false;
  return {};
}

Replay::Replay(ImageRef from, config::TopicConfig defaults, NodeId self)
    : fixed_defaults_(std::move(defaults)), self_(self), state_(from->state()), image_(std::move(from)) {
  take_defaults();
  if (state_.in_transaction) before_transaction_ = state_;
}

Status Replay::apply(const MetadataRecord& record, RecordPosition at) {
  Status applied = std::visit(Apply{*this}, record);
  if (!applied) {
    return {applied.code(), std::string(record_name(record)) + " at offset " + std::to_string(at.offset.value) + ": " +
                                applied.error().detail};
  }
  state_.last = at;
  image_ = nullptr;
  return {};
}

Topic& Replay::open(const Topic& topic) {
  const auto open = open_topics_.find(topic.id);
  if (open != open_topics_.end()) return *open->second;
  return *open_topics_.emplace(topic.id, base::make_counted<Topic>(TopicFields(topic))).first->second;
}

/// Whether topics without overrides have other settings now.
bool Replay::take_defaults() {
  const Image overrides(state_);
  defaults_of_ = state_.broker_overrides;
  auto defaults =
      config::with_overrides(fixed_defaults_, overrides.broker_overrides(""), overrides.broker_overrides(self_));
  if (plain_settings_ && defaults == defaults_) return false;
  defaults_ = std::move(defaults);
  plain_settings_ = base::make_counted<const TopicSettings>(defaults_);
  return true;
}

void Replay::settle() {
  if (defaults_of_ != state_.broker_overrides && take_defaults()) {  // each topic may get other settings
    const auto topics = state_.topics_by_id;
    topics.each([&](const auto& topic) { open(*topic).settings = nullptr; });
  }
  for (auto& [id, topic] : open_topics_) {
    if (!topic->settings) resolve(*topic);
    const base::Ref<const Topic> settled(topic.get());
    state_.topics_by_name.put(settled);
    state_.topics_by_id.put(settled);
    if (topic->name.find_first_of("._") != std::string::npos) state_.topics_by_blurred_name.put(settled);
  }
  open_topics_.clear();
}

void Replay::resolve(Topic& topic) {
  topic.settings = topic.overrides.empty()
                       ? plain_settings_
                       : base::make_counted<const TopicSettings>(config::resolve(topic.overrides, defaults_));
}

ImageRef Replay::image() {
  if (!image_) {
    settle();
    image_ = base::make_counted<const Image>(before_transaction_ ? *before_transaction_ : state_);
  }
  return image_;
}

}  // namespace kstream::cluster
