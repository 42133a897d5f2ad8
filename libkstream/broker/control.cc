#include "broker/control.h"

#include "base/assert.h"
#include "cluster/topic_name.h"
#include "protocol/broker_heartbeat.h"
#include "protocol/broker_registration.h"
#include "protocol/controller_registration.h"
#include "quorum/describe.h"

#include <algorithm>
#include <utility>

namespace kstream::broker {
namespace {

/// DiskWork::id of control: whose operation it is.
constexpr std::uint64_t kQuorum = 0, kCheckpoint = 1;

/// A list of wire structs from listeners or features, which all name their fields alike.
template <class Out>
std::vector<Out> wire_endpoints(const std::vector<cluster::Endpoint>& endpoints) {
  std::vector<Out> out;
  out.reserve(endpoints.size());
  for (const auto& e : endpoints) out.push_back({e.name, e.host, e.port, e.security_protocol});
  return out;
}
template <class Out>
std::vector<Out> wire_features() {
  std::vector<Out> out;
  for (const auto& f : cluster::supported_features()) out.push_back({f.name, f.min, f.max});
  return out;
}

}  // namespace

Control::Control(ControlSetup setup, base::Now now)
    : Machine(setup.shards + 1),
      shards_(setup.shards),
      config_(setup.config),
      cluster_id_(std::move(setup.cluster_id)),
      incarnation_(setup.incarnation),
      directories_(std::move(setup.directories)),
      metadata_directory_(setup.metadata_directory),
      endpoints_(std::move(setup.endpoints)),
      previous_epoch_(setup.previous_epoch),
      random_(setup.seed),
      quorum_(std::move(setup.quorum)),
      replay_(setup.image, config_.topic_defaults, config_.node_id),
      published_(std::move(setup.image)),
      proposed_config_(configured(*published_)),
      published_config_(proposed_config_),
      published_by_(shards_, published_->offset()),
      running_(shards_),
      checkpoint_at_(now.mono + config_.log_flush_offset_checkpoint_interval),
      recovery_points_(directories_.size()),
      log_starts_(directories_.size()),
      unwritten_(directories_.size()),
      offline_(directories_.size()) {}

// ---- events

void Control::message(MachineId from, Message&& message, base::Now now) {
  metrics_.count(base::Metric::messages_received);
  std::visit(
      [&](auto&& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (requires(M one) { handle(std::move(one), from, now); }) {
          handle(std::forward<decltype(m)>(m), from, now);
        } else {
          KS_ASSERT(!"a message that only shards receive");
        }
      },
      std::move(message));
  step(now);
}

void Control::tick(base::Now now) {
  quorum_.tick(now);
  if (now.mono >= checkpoint_at_) {
    checkpoint_at_ = now.mono + config_.log_flush_offset_checkpoint_interval;
    if (life_ == Life::serving) begin_checkpoint();
  }
  step(now);
}

void Control::end_turn(base::Now now) {
  step(now);
  quorum_.take_operations(operations_);
  for (auto& operation : operations_) submit(metadata_directory_, kQuorum, std::move(operation));
  operations_.clear();
  if (life_ >= Life::draining_shards) step_stop(now);  // only now it shows that nothing is left to do
}

void Control::disk_done(DiskWork&& work, Result<log::Outcome> result, base::Now now) {
  if (!result.ok()) metrics_.count(base::Metric::disk_failures);
  auto why = result.ok() ? std::string() : result.error().detail;
  if (work.id == kCheckpoint) {
    if (!result.ok()) {  // the old file is still whole: the next start only has more to check
      clean_ = false;
      unwritten_[work.directory] = true;
      effects().log.push_back({base::LogLevel::error, "a checkpoint was not written: " + why});
      if (removal_ && removal_->forgetting) lose_directory(work.directory, why);  // it names folders that are gone
    }
    if (--writing_ == 0) end_checkpoint();
  } else {
    bool led = quorum_.role().leader || life_ == Life::loading;
    quorum_.done(std::move(work.operation), std::move(result), now);
    if (led && !why.empty()) lose_quorum(why);
  }
  step(now);
}

base::MonoTime Control::deadline() const {
  auto at = std::min(quorum_.next_tick(), checkpoint_at_);
  return life_ >= Life::draining_shards && life_ < Life::stopped ? std::min(at, stop_deadline_) : at;
}

void Control::submit(std::uint16_t directory, std::uint64_t kind, log::Operation&& operation) {
  effects().disk.push_back({kind, directory, std::move(operation)});
}

// ---- the metadata log

void Control::step(base::Now now) {
  if (life_ == Life::loading && quorum_.role().leader) activate(now);
  publish();
  release();
  if (life_ == Life::registering && published_everywhere() >= registered_at_) life_ = Life::serving;
  if (life_ == Life::serving && quorum_.snapshot_due()) take_snapshot(now);
  if (life_ >= Life::draining_shards) step_stop(now);
}

cluster::Context Control::context(base::Now now, std::int16_t version) {
  return {random_, now, quorum_.next(), cluster_id_, proposed_config_->config, version};
}

config::ConfigRef Control::configured(const cluster::Image& image) const {
  auto config = config::with_overrides(config_, image.broker_overrides(""), image.broker_overrides(config_.node_id));
  config.log_level = log_level_.value_or(config.log_level);
  return config::ConfigRef(new config::ConfigSnapshot(std::move(config)));
}

// Of this process alone: nobody waits until the shards have heard of it.
void Control::set_log_level(base::LogLevel level) {
  log_level_ = level;
  effects().log_level = level;
  effects().log.push_back({base::LogLevel::warning, "the level of the log is changed by a client"});
  proposed_config_ = configured(proposed());
  for (auto& proposal : proposals_) proposal.config = configured(*proposal.image);
  published_config_ = configured(*published_);
  for (MachineId shard = 0; shard < shards_; ++shard) post(shard, Publish{published_, published_config_});
}

// Appends records as one batch and applies them to the proposed image. The offset of the last one.
Result<Offset> Control::propose(std::span<const cluster::MetadataRecord> records, base::Now now) {
  auto appended = quorum_.append(records, now);
  if (!appended.ok()) return std::move(appended).error();
  const auto overrides = proposed().state().broker_overrides;
  for (std::size_t i = 0; i < records.size(); ++i) {
    cluster::RecordPosition at{appended->base + static_cast<std::int64_t>(i), appended->epoch, now.wall};
    auto applied = replay_.apply(records[i], at);
    KS_ASSERT(applied.ok());  // our own controller decided it
  }
  auto image = replay_.image();
  if (image->state().broker_overrides != overrides) proposed_config_ = configured(*image);
  bool removes = std::any_of(records.begin(), records.end(), [](const cluster::MetadataRecord& record) {
    return std::holds_alternative<protocol::RemoveTopicRecord>(record);
  });
  proposals_.push_back({appended->last, std::move(image), proposed_config_, removes});
  return appended->last;
}

void Control::activate(base::Now now) {
  life_ = Life::registering;
  auto records = cluster::activation_records(proposed());
  if (!records.empty()) (void)propose(records, now);
  protocol::ControllerRegistrationRequest controller;
  controller.controller_id = config_.node_id.value;
  controller.incarnation_id = incarnation_;
  controller.listeners = wire_endpoints<protocol::ControllerRegistrationRequest::Listener>(endpoints_);
  controller.features = wire_features<protocol::ControllerRegistrationRequest::Feature>();
  auto decision = cluster::decide(controller, proposed(), context(now));
  if (!decision.records.empty()) (void)propose(decision.records, now);
  register_broker(now);
}

void Control::register_broker(base::Now now) {
  protocol::BrokerRegistrationRequest request;
  request.broker_id = config_.node_id.value;
  request.cluster_id = cluster_id_;
  request.incarnation_id = incarnation_;
  request.listeners = wire_endpoints<protocol::BrokerRegistrationRequest::Listener>(endpoints_);
  request.features = wire_features<protocol::BrokerRegistrationRequest::Feature>();
  request.rack = config_.rack;
  request.log_dirs = directories_;
  request.previous_broker_epoch = previous_epoch_;
  auto decision = cluster::decide(request, proposed(), context(now));
  if (decision.response.error_code != 0) {
    auto error = static_cast<ErrorCode>(decision.response.error_code);
    effects().fatal = "the controller refused this broker: " + std::string(error_info(error).name);
    return;
  }
  if (!propose(decision.records, now).ok()) return;
  broker_epoch_ = decision.response.broker_epoch;
  unfence(now);
}

void Control::unfence(base::Now now) {
  protocol::BrokerHeartbeatRequest request;
  request.broker_id = config_.node_id.value;
  request.broker_epoch = broker_epoch_;
  request.current_metadata_offset = broker_epoch_;
  auto decision = cluster::decide(request, proposed(), context(now));
  KS_ASSERT(decision.response.error_code == 0);
  if (!decision.records.empty()) (void)propose(decision.records, now);
  for (auto& batch : cluster::take_leadership(proposed(), config_.node_id, previous_epoch_ >= 0))
    (void)propose(batch, now);
  registered_at_ = proposed().offset();
}

// Whatever is committed becomes visible: the newest image only, but for those in which topics are gone.
void Control::publish() {
  if (!removal_ended()) return;
  bool news = false;
  while (!removal_ && !proposals_.empty() && proposals_.front().last < quorum_.committed()) {
    auto proposal = std::move(proposals_.front());
    proposals_.pop_front();
    published_ = std::move(proposal.image);
    published_config_ = std::move(proposal.config);
    if (proposal.removes) removal_ = Removal{published_->offset()};
    news = true;
  }
  if (!news) return;
  for (MachineId shard = 0; shard < shards_; ++shard) post(shard, Publish{published_, published_config_});
}

bool Control::removal_ended() {
  if (!removal_) return true;
  if (published_everywhere() < removal_->published || missing_points_ > 0 || writing_ > 0) return false;
  if (removal_->folders && !std::exchange(removal_->forgetting, true)) {
    begin_checkpoint();
    return false;
  }
  removal_.reset();
  return true;
}

Offset Control::published_everywhere() const { return *std::min_element(published_by_.begin(), published_by_.end()); }

void Control::release() {
  auto until = published_everywhere();
  for (; !held_.empty() && held_.front().last <= until; held_.pop_front()) {
    auto& held = held_.front();
    post(held.call.origin, ControllerAnswer{held.call, {ErrorCode::none, {}}, std::move(held.response)});
  }
}

void Control::handle(Published&& m, MachineId from, base::Now) {
  published_by_[from] = m.offset;
  if (removal_ && m.folders_removed) removal_->folders = true;
}

void Control::handle(ControllerCall&& m, MachineId, base::Now now) {
  if (life_ != Life::serving || !quorum_.role().leader) {
    Error error{ErrorCode::not_controller, "this broker is starting or stopping"};
    return post(m.call.origin, ControllerAnswer{m.call, std::move(error), {}});
  }
  std::visit([&](const auto& request) { decide(m.call, request, m.version, now); }, m.request);
}

template <class Request>
void Control::decide(const Call& call, const Request& request, std::int16_t version, base::Now now) {
  auto decision = cluster::decide(request, proposed(), context(now, version));
  auto last = proposed().offset();
  if (!decision.records.empty()) {
    auto proposed_at = propose(decision.records, now);
    if (!proposed_at.ok()) return post(call.origin, ControllerAnswer{call, std::move(proposed_at).error(), {}});
    last = *proposed_at;
  }
  if constexpr (requires { decision.log_level; }) {
    if (decision.log_level) set_log_level(*decision.log_level);
  }
  held_.push_back({last, call, std::move(decision.response)});
}

// It changes nothing, and so waits for nobody.
void Control::decide(const Call& call, const protocol::DescribeQuorumRequest& request, std::int16_t version,
                     base::Now now) {
  post(call.origin, ControllerAnswer{call, {ErrorCode::none, {}}, quorum::describe(quorum_, request, version, now)});
}

// Nothing that was proposed and not committed will ever be said to have happened.
void Control::lose_quorum(const std::string& why) {
  Error error{ErrorCode::not_controller, "the metadata log cannot be written"};
  for (auto& held : held_) post(held.call.origin, ControllerAnswer{held.call, error, {}});
  held_.clear();
  proposals_.clear();
  clean_ = false;
  effects().fatal = "the metadata log cannot be written: " + why;
}

void Control::take_snapshot(base::Now now) {
  auto job = quorum_.begin_snapshot(published_, now);
  submit(metadata_directory_, kQuorum, job.encode());
}

// ---- checkpoints

void Control::begin_checkpoint() {
  if (missing_points_ > 0 || writing_ > 0) return;  // the last one is still under way
  missing_points_ = shards_;
  awaiting_checkpoint_ = std::exchange(wanting_checkpoint_, {});
  for (auto& points : recovery_points_) points.clear();
  for (auto& starts : log_starts_) starts.clear();
  for (MachineId shard = 0; shard < shards_; ++shard) post(shard, ReportRecoveryPoints{});
}

void Control::handle(RecoveryPoints&& m, MachineId, base::Now) {
  for (auto& point : m.points) {
    log::TopicPartition key{std::move(point.topic), point.partition};
    if (point.log_start > Offset(0)) log_starts_[point.directory][key] = point.log_start;
    recovery_points_[point.directory][std::move(key)] = point.offset;
  }
  if (--missing_points_ == 0) write_checkpoints();
}

// The metadata log's own point among them: what a start finds damaged below it is not to be forgotten.
void Control::write_checkpoints() {
  const log::TopicPartition metadata{std::string(cluster::kMetadataTopic), PartitionId(0)};
  recovery_points_[metadata_directory_][metadata] = quorum_.committed();
  for (std::size_t i = 0; i < directories_.size(); ++i) {
    const auto d = static_cast<std::uint16_t>(i);
    unwritten_[d] = offline_[d];
    if (offline_[d]) continue;
    writing_ += 2;
    submit(d, kCheckpoint,
           log::ReplaceFile{"recovery-point-offset-checkpoint", log::print_offset_checkpoint(recovery_points_[d])});
    submit(d, kCheckpoint,
           log::ReplaceFile{"log-start-offset-checkpoint", log::print_offset_checkpoint(log_starts_[d])});
  }
}

// Answers those who asked before it began, and begins one for those who came since.
void Control::end_checkpoint() {
  for (const auto& call : std::exchange(awaiting_checkpoint_, {})) post(call.origin, Checkpointed{call, unwritten_});
  if (!wanting_checkpoint_.empty() && life_ <= Life::draining_shards) begin_checkpoint();
}

void Control::handle(Checkpoint&& m, MachineId, base::Now) {
  wanting_checkpoint_.push_back(m.call);
  if (life_ <= Life::draining_shards) begin_checkpoint();  // else the last one of the stop is still to come
}

void Control::lose_directory(std::uint16_t directory, const std::string& why) {
  for (MachineId shard = 0; shard < shards_; ++shard) post(shard, DirectoryFailed{directory, why});
  handle(DirectoryFailed{directory, why}, static_cast<MachineId>(shards_), {});
}

void Control::handle(DirectoryFailed&& m, MachineId, base::Now) {
  offline_[m.directory] = true;
  clean_ = false;
  bool all = std::all_of(offline_.begin(), offline_.end(), [](bool gone) { return gone; });
  if (all || m.directory == metadata_directory_)
    effects().fatal = "log directory " + config_.log_dirs[m.directory] + " failed: " + m.detail;
}

// ---- stop

void Control::stop(base::MonoTime deadline, base::Now now) {
  if (life_ >= Life::draining_shards) return;
  life_ = Life::draining_shards;
  stop_deadline_ = deadline;
  auto half = now.mono + (deadline - now.mono) / 2;  // the other half is for closing what is left
  for (MachineId shard = 0; shard < shards_; ++shard) post(shard, Stop{half});
  step(now);
}

// A shard that has drained may still be sent appends of one that has not: logs are closed when all have.
void Control::handle(Drained&&, MachineId, base::Now) {
  if (--running_ > 0 || life_ != Life::draining_shards) return;
  running_ = shards_;
  life_ = Life::closing_shards;
  for (MachineId shard = 0; shard < shards_; ++shard) post(shard, CloseLogs{});
}

void Control::handle(Stopped&& m, MachineId, base::Now) {
  --running_;
  clean_ = clean_ && m.clean;
}

void Control::step_stop(base::Now now) {
  if (now.mono >= stop_deadline_ && life_ != Life::stopped) {
    clean_ = false;
    life_ = Life::stopped;
  }
  if (life_ == Life::closing_shards && running_ == 0 && missing_points_ == 0 && writing_ == 0) {
    life_ = Life::collecting;
    begin_checkpoint();
  }
  if (life_ == Life::collecting && missing_points_ == 0 && writing_ == 0) {
    life_ = Life::closing;
    quorum_.close();
  }
  if (life_ == Life::closing && quorum_.idle()) life_ = Life::stopped;
}

// ---- observation

std::uint32_t Control::ask_metrics() {
  auto query = ++last_query_;
  queries_[query] = {shards_, metrics_.snapshot()};
  for (MachineId shard = 0; shard < shards_; ++shard) post(shard, ReportMetrics{query});
  return query;
}

void Control::handle(MetricsReport&& m, MachineId, base::Now) {
  auto query = queries_.find(m.query);
  if (query == queries_.end()) return;
  query->second.merged.merge(m.metrics);
  --query->second.missing;
}

std::optional<base::MetricsSnapshot> Control::take_metrics(std::uint32_t number) {
  auto query = queries_.find(number);
  if (query == queries_.end() || query->second.missing > 0) return std::nullopt;
  auto merged = std::move(query->second.merged);
  queries_.erase(query);
  return merged;
}

}  // namespace kstream::broker
