#include <kstream/producer.h>

#include "client/accumulator.h"
#include "client/background.h"
#include "client/cluster.h"
#include "client/event_fd.h"
#include "client/murmur2.h"
#include "client/produce_exchange.h"
#include "client/pump.h"
#include "client/sender.h"
#include "records/iterate.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <random>
#include <utility>

namespace kstream {

using base::MonoTime;
using client::BatchPtr;
using client::Cluster;
using client::Connection;
using client::milliseconds;
using client::mono_now;
using client::ProduceOrder;
using client::ProducerTopic;

namespace {

Timestamp wall_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp(std::chrono::duration_cast<milliseconds>(now).count());
}

}  // namespace

/// One mutex guards what the callers' threads and the background share; the sender and the accumulator are used under
/// it.
class Producer::Impl {
 public:
  Impl(client::ProducerSettings settings, client::ClientSettings cluster, DeliveryHandler handler)
      : settings_(std::move(settings)),
        handler_(std::move(handler)),
        accumulator_(settings_, std::random_device()()),
        sender_(settings_, accumulator_, handler_ != nullptr),
        cluster_(background_.context(), std::move(cluster), [this] { on_cluster_changed(); }),
        pump_(background_.context(), [this] { return step(); }) {}
  ~Impl() {
    background_.finish([this] {
      pump_.stop();
      cluster_.stop();
    });
  }

  Status send(const ProducerRecord& record);
  Status send_batch(std::string_view topic, PartitionId partition, std::string_view batch, std::uint64_t tag);
  std::size_t poll(milliseconds timeout);
  Status flush(milliseconds timeout);
  Result<std::int32_t> partition_count(std::string_view topic, milliseconds timeout);
  ProducerStats stats() const;
  int event_fd();

 private:
  using Lock = std::unique_lock<std::mutex>;

  // On the callers' threads.
  Status await_topic(Lock& lock, ProducerTopic& topic, MonoTime deadline, bool must_exist);
  static bool has_partition(const ProducerTopic& topic, std::optional<PartitionId> partition);
  Status await_partition(Lock& lock, ProducerTopic& topic, std::optional<PartitionId> partition);
  Status wait_for_room(Lock& lock, std::size_t cost);
  std::size_t report(Lock& lock);
  static Delivery delivery_of(const client::Batch& batch, std::vector<Delivery::RecordError>& errors);
  void wake();

  // In the background.
  void on_cluster_changed();
  MonoTime step();
  asio::awaitable<void> produce(ProduceOrder order);
  void finish_batches(ProduceOrder& order);
  asio::awaitable<Status> exchange(ProduceOrder& order);
  void complete(ProduceOrder order);

  const client::ProducerSettings settings_;
  const DeliveryHandler handler_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  client::Accumulator accumulator_;
  client::Sender sender_;
  client::EventFd event_;
  Error cluster_trouble_{ErrorCode::none, {}};
  MonoTime next_step_ = MonoTime::never();  ///< when the background looks next, if nobody wakes it
  bool woken_ = false;
  bool reporting_ = false;
  int waiting_for_room_ = 0;

  client::Background background_;
  Cluster cluster_;
  std::uint64_t metadata_seen_ = 0;
  client::Pump pump_;
};

Status Producer::Impl::send(const ProducerRecord& record) {
  if (record.timestamp < kNoTimestamp) {
    return {ErrorCode::invalid_timestamp, "a timestamp of " + std::to_string(record.timestamp.value)};
  }
  const std::size_t cost = client::Accumulator::cost(record);
  if (accumulator_.is_too_large(cost)) {
    return {ErrorCode::message_too_large, "a record of " + std::to_string(cost) + " bytes; max.request.size is " +
                                              std::to_string(settings_.max_request_size)};
  }
  Lock lock(mutex_);
  ProducerTopic& topic = accumulator_.topic(record.topic);
  if (!has_partition(topic, record.partition)) {
    if (Status status = await_partition(lock, topic, record.partition); !status) return status;
  }
  if (!accumulator_.has_room(cost)) {
    if (Status status = wait_for_room(lock, cost); !status) return status;
  }
  const Timestamp timestamp = record.timestamp == kNoTimestamp ? wall_now() : record.timestamp;
  client::PartitionQueue& queue = accumulator_.choose(topic, record, cost);
  if (!accumulator_.fits(queue, cost)) accumulator_.open(queue, mono_now());
  const MonoTime due = accumulator_.append(queue, record, cost, timestamp);
  ++sender_.stats().records_sent;
  if (due < next_step_) wake();
  return {};
}

Status Producer::Impl::send_batch(std::string_view name, PartitionId partition, std::string_view batch,
                                  std::uint64_t tag) {
  const Result<records::BatchHeader> header = records::parse_header(batch);
  if (!header) return header.error();
  if (header->size() != batch.size() || !records::check_crc(batch))
    return {ErrorCode::corrupt_message, "not one whole batch with the right CRC"};
  if (header->is_control() || header->is_transactional())
    return {ErrorCode::invalid_record, "a batch of a transaction cannot be sent outside of it"};
  if (batch.size() > settings_.max_request_size)
    return {ErrorCode::message_too_large, "a batch of " + std::to_string(batch.size()) + " bytes"};
  std::string bytes(batch);
  records::BatchHead head = records::copy_head(batch);
  records::set_base_offset(head, Offset(0));
  records::set_leader_epoch(head, kNoLeaderEpoch);
  std::ranges::copy(head, bytes.begin());
  Lock lock(mutex_);
  ProducerTopic& topic = accumulator_.topic(name);
  if (!has_partition(topic, partition)) {
    if (Status status = await_partition(lock, topic, partition); !status) return status;
  }
  if (!accumulator_.has_room(batch.size())) {
    if (Status status = wait_for_room(lock, batch.size()); !status) return status;
  }
  client::PartitionQueue& queue = *topic.queues[static_cast<std::size_t>(partition.value)];
  const MonoTime due = accumulator_.append(queue, std::move(bytes), tag, mono_now());
  ++sender_.stats().records_sent;
  if (due < next_step_) wake();
  return {};
}

/// That partition, or any.
bool Producer::Impl::has_partition(const ProducerTopic& topic, std::optional<PartitionId> partition) {
  if (!partition) return topic.count > 0;
  return partition->value >= 0 && static_cast<std::size_t>(partition->value) < topic.count;
}

Status Producer::Impl::await_partition(Lock& lock, ProducerTopic& topic, std::optional<PartitionId> partition) {
  if (partition && partition->value < 0) return {ErrorCode::unknown_topic_or_partition, "a negative partition"};
  if (Status status = await_topic(lock, topic, client::deadline_after(settings_.max_block), false); !status)
    return status;
  if (has_partition(topic, partition)) return {};
  return {ErrorCode::unknown_topic_or_partition, "topic " + topic.name + " has " + std::to_string(topic.count) +
                                                     " partitions; there is no partition " +
                                                     std::to_string(partition ? partition->value : 0)};
}

/// Waits for metadata of the topic that is newer than now. With `must_exist` an unknown topic is not waited for.
Status Producer::Impl::await_topic(Lock& lock, ProducerTopic& topic, MonoTime deadline, bool must_exist) {
  for (;;) {
    const std::uint64_t before = topic.answers;
    background_.post([this, name = topic.name] {
      if (!cluster_.want_topic(name)) cluster_.refresh();
    });
    const bool answered =
        changed_.wait_until(lock, client::time_point(deadline), [&] { return topic.answers != before; });
    if (answered && topic.error == ErrorCode::none) return {};
    Error error = client::topic_error(topic.error, topic.name);
    if (topic.answers == 0) error = cluster_trouble_;
    if (error.code == ErrorCode::none) error = {ErrorCode::request_timed_out, "no broker told of topic " + topic.name};
    const bool may_pass = error_info(error.code).retriable;
    if (!answered || !may_pass || (must_exist && error.code == ErrorCode::unknown_topic_or_partition)) return error;
  }
}

Status Producer::Impl::wait_for_room(Lock& lock, std::size_t cost) {
  const MonoTime deadline = client::deadline_after(settings_.max_block);
  ++waiting_for_room_;
  accumulator_.set_hurry(true);
  wake();
  const auto leave = [this](void*) {  // also if the handler throws
    if (--waiting_for_room_ == 0) accumulator_.set_hurry(false);
  };
  const std::unique_ptr<void, decltype(leave)> waiting(this, leave);
  while (!accumulator_.has_room(cost) && mono_now() < deadline) {
    if (report(lock) == 0) changed_.wait_until(lock, client::time_point(deadline));
  }
  if (accumulator_.has_room(cost)) return {};
  return {ErrorCode::request_timed_out, "buffer.memory is full and max.block.ms is over"};
}

/// Hands what is settled to the handler, unless another thread does.
std::size_t Producer::Impl::report(Lock& lock) {
  if (reporting_ || sender_.settled().empty()) return 0;
  reporting_ = true;
  std::deque<BatchPtr> batches = std::exchange(sender_.settled(), {});
  event_.set(false);
  lock.unlock();
  std::size_t reported = 0;
  std::exception_ptr thrown;
  try {
    std::vector<Delivery::RecordError> errors;
    while (reported < batches.size()) handler_(delivery_of(*batches[reported++], errors));
  } catch (...) {
    thrown = std::current_exception();
  }
  lock.lock();
  for (std::size_t i = 0; i < reported; ++i) accumulator_.release(*batches[i]);
  batches.erase(batches.begin(), batches.begin() + static_cast<std::ptrdiff_t>(reported));
  sender_.settled().insert(sender_.settled().begin(), std::make_move_iterator(batches.begin()),
                           std::make_move_iterator(batches.end()));
  event_.set(!sender_.settled().empty());
  reporting_ = false;
  changed_.notify_all();
  if (thrown) std::rethrow_exception(thrown);
  return reported;
}

Delivery Producer::Impl::delivery_of(const client::Batch& batch, std::vector<Delivery::RecordError>& errors) {
  errors.clear();
  for (const client::RejectedRecord& record : batch.outcome.rejected) errors.push_back({record.index, record.detail});
  Delivery delivery;
  delivery.topic_ = batch.queue->topic->name;
  delivery.partition_ = batch.queue->partition;
  delivery.tags_ = batch.tags;
  delivery.error_ = batch.outcome.error;
  delivery.base_offset_ = batch.outcome.base_offset;
  delivery.append_time_ = batch.outcome.append_time;
  delivery.record_errors_ = errors;
  delivery.batch_ = batch.bytes;
  return delivery;
}

std::size_t Producer::Impl::poll(milliseconds timeout) {
  if (!handler_) return 0;
  Lock lock(mutex_);
  changed_.wait_until(lock, client::time_point(client::deadline_after(timeout)),
                      [&] { return !sender_.settled().empty(); });
  return report(lock);
}

Status Producer::Impl::flush(milliseconds timeout) {
  const MonoTime deadline = client::deadline_after(timeout);
  Lock lock(mutex_);
  const std::uint64_t generation = accumulator_.flush();
  wake();
  for (;;) {
    if (report(lock) > 0) continue;
    if (accumulator_.done(generation) && !reporting_) break;
    if (mono_now() >= deadline) {
      const Error& trouble = sender_.stats().last_trouble;
      const std::string why = trouble.code == ErrorCode::none ? std::string() : ": " + trouble.to_string();
      return {ErrorCode::request_timed_out, "not everything is delivered yet" + why};
    }
    changed_.wait_until(lock, client::time_point(deadline));
  }
  const Error failure = sender_.take_failure();
  return failure.code == ErrorCode::none ? Status() : Status(failure);
}

Result<std::int32_t> Producer::Impl::partition_count(std::string_view name, milliseconds timeout) {
  Lock lock(mutex_);
  ProducerTopic& topic = accumulator_.topic(name);
  if (topic.count == 0) {
    if (Status status = await_topic(lock, topic, client::deadline_after(timeout), true); !status) return status.error();
  }
  return static_cast<std::int32_t>(topic.count);
}

ProducerStats Producer::Impl::stats() const {
  const std::lock_guard lock(mutex_);
  ProducerStats stats = sender_.stats();
  stats.buffered_bytes = accumulator_.used();
  return stats;
}

int Producer::Impl::event_fd() {
  const std::lock_guard lock(mutex_);
  return event_.get();
}

/// Has the background look at once.
void Producer::Impl::wake() {
  if (std::exchange(woken_, true)) return;
  background_.post([this] { pump_.run(); });
}

void Producer::Impl::on_cluster_changed() {
  {
    const std::lock_guard lock(mutex_);
    cluster_trouble_ = cluster_.trouble();
    const std::uint64_t updates = cluster_.metadata().updates();
    if (std::exchange(metadata_seen_, updates) != updates) accumulator_.update(cluster_.metadata());
  }
  changed_.notify_all();
  pump_.run();
}

/// Sends what can be sent now.
MonoTime Producer::Impl::step() {
  client::SendPlan plan;
  {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    plan = sender_.plan(mono_now(), cluster_.metadata(), [this](NodeId node) { return cluster_.reachable(node); });
    next_step_ = plan.next;
    if (plan.trouble.code != ErrorCode::none && cluster_trouble_.code != ErrorCode::none) {
      sender_.stats().last_trouble = cluster_trouble_;
    }
    event_.set(!sender_.settled().empty());
  }
  changed_.notify_all();
  cluster_.connect_wanted();
  if (plan.metadata_is_stale) cluster_.refresh();
  for (ProduceOrder& order : plan.orders) {
    asio::co_spawn(background_.context(), produce(std::move(order)), asio::detached);
  }
  return plan.orders.empty() ? plan.next : MonoTime{0};
}

asio::awaitable<void> Producer::Impl::produce(ProduceOrder order) {
  finish_batches(order);
  const Status status = co_await exchange(order);
  for (const BatchPtr& batch : order.batches) {
    if (status) continue;
    batch->outcome = {};
    batch->outcome.error = status.error();
  }
  complete(std::move(order));
}

/// Compresses and checksums, without the lock.
void Producer::Impl::finish_batches(ProduceOrder& order) {
  std::vector<records::BatchBuilder> builders;
  for (const BatchPtr& batch : order.batches) {
    if (!batch->bytes.empty()) continue;
    records::BatchOptions options;
    options.codec = settings_.codec;
    options.level = settings_.level;
    Result<std::string> bytes = batch->builder.finish(options);
    batch->bytes = bytes ? *std::move(bytes) : *batch->builder.finish({});
    if (settings_.codec != Codec::none) builders.push_back(std::exchange(batch->builder, {}));
  }
  if (builders.empty()) return;
  const std::lock_guard lock(mutex_);
  for (records::BatchBuilder& builder : builders) accumulator_.give_back(std::move(builder));
}

asio::awaitable<Status> Producer::Impl::exchange(ProduceOrder& order) {
  Connection* connection = cluster_.ready_connection(order.node);
  if (!connection) co_return Error{ErrorCode::network_exception, "the broker was lost"};
  client::ProduceExchange exchange = make_exchange(order, settings_, cluster_.metadata());
  if (settings_.acks == 0) {
    Status status = co_await cluster_.tell(connection, std::move(exchange.request), std::move(exchange.batches),
                                           exchange.low, exchange.high);
    for (const BatchPtr& batch : order.batches) batch->outcome = {};
    co_return status;
  }
  protocol::ProduceRequest request = exchange.request;
  auto reply =
      co_await cluster_.call(connection, std::move(request), std::move(exchange.batches), exchange.low, exchange.high);
  if (!reply) {
    if (error_info(reply.code()).retriable) cluster_.refresh();
    co_return reply.error();
  }
  apply_answer(order, exchange.request, reply->message, cluster_.metadata());
  for (const BatchPtr& batch : order.batches) {
    const ErrorCode code = batch->outcome.error.code;
    if (code != ErrorCode::none && error_info(code).retriable && !batch->outcome.leader_named) cluster_.refresh();
  }
  co_return Status();
}

void Producer::Impl::complete(ProduceOrder order) {
  {
    const std::lock_guard lock(mutex_);
    sender_.done(std::move(order), mono_now());
  }
  pump_.run();
}

std::vector<Record> Delivery::records() const {
  std::vector<Record> result;
  records::BatchReader batches(batch_);
  records::BatchView view;
  std::string scratch;
  if (!batches.next(view)) return result;
  const Result<base::BytesView> bytes = records::record_bytes(view, SIZE_MAX, scratch);
  if (!bytes) return result;
  records::RecordReader reader(view.header, *bytes);
  for (RecordView record; reader.next(record);) {
    Record& copy = result.emplace_back();
    copy.topic = topic_;
    copy.partition = partition_;
    copy.timestamp = record.timestamp;
    if (record.key) copy.key = *record.key;
    if (record.value) copy.value = *record.value;
    for (const HeaderView& header : record.headers) {
      copy.headers.push_back({std::string(header.name), std::nullopt});
      if (header.value) copy.headers.back().value = *header.value;
    }
  }
  return result;
}

PartitionId partition_of_key(std::string_view key, std::int32_t partitions) {
  return client::partition_of_key(key, partitions);
}

Result<Producer> Producer::create(const ClientConfig& config, DeliveryHandler handler) {
  Result<client::ClientSettings> cluster = client::client_settings(config);
  if (!cluster) return cluster.error();
  Result<client::ProducerSettings> settings = client::producer_settings(config);
  if (!settings) return settings.error();
  return Producer(std::make_unique<Impl>(*std::move(settings), *std::move(cluster), std::move(handler)));
}

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer& Producer::operator=(Producer&&) noexcept = default;
Producer::~Producer() = default;

Status Producer::send(const ProducerRecord& record) { return impl_->send(record); }
Status Producer::send_batch(std::string_view topic, PartitionId partition, std::string_view batch, std::uint64_t tag) {
  return impl_->send_batch(topic, partition, batch, tag);
}
std::size_t Producer::poll(milliseconds timeout) { return impl_->poll(timeout); }
Status Producer::flush(milliseconds timeout) { return impl_->flush(timeout); }
Result<std::int32_t> Producer::partition_count(std::string_view topic, milliseconds timeout) {
  return impl_->partition_count(topic, timeout);
}
ProducerStats Producer::stats() const { return impl_->stats(); }
int Producer::event_fd() const { return impl_->event_fd(); }

}  // namespace kstream
