#include <kstream/consumer.h>

#include "client/background.h"
#include "client/cluster.h"
#include "client/event_fd.h"
#include "client/fetcher.h"
#include "client/offsets.h"
#include "client/pump.h"
#include "client/retry.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace kstream {

using base::MonoTime;
using client::Chunk;
using client::Cluster;
using client::Connection;
using client::milliseconds;
using client::mono_now;

/// Batches are decompressed ahead in portions of so much at least, since it is not known what one of them holds.
constexpr std::size_t kLeastAhead = std::size_t{2} << 20;

/// One mutex guards what the caller's thread and the background share. The caller reads a chunk without it: until he
/// moves on, nobody else touches the chunk.
class Consumer::Impl {
 public:
  Impl(client::ConsumerSettings settings, client::ClientSettings cluster)
      : settings_(settings),
        fetcher_(settings_),
        cluster_(background_.context(), std::move(cluster), [this] { on_cluster_changed(); }),
        pump_(background_.context(), [this] { return step(); }) {}
  ~Impl() {
    background_.finish([this] {
      pump_.stop();
      cluster_.stop();
      room_.notify();
    });
  }

  Status assign(std::span<const Assignment> partitions);
  const Fetched& poll(milliseconds timeout, bool whole_batches);
  void show_control_records(bool shown);
  Status seek(const TopicPartition& partition, Position position);
  Status set_paused(const TopicPartition& partition, bool paused);
  std::optional<Offset> position(const TopicPartition& partition) const;
  std::vector<ListedOffset> list(const std::vector<OffsetQuery>& queries, milliseconds timeout);
  int event_fd();

 private:
  using Lock = std::unique_lock<std::mutex>;

  // On the caller's thread.
  void forget_last_poll();
  bool take_ready(Lock& lock);
  void read(Lock& lock, const client::Fetcher::Ready& ready);
  void wake();

  // In the background.
  void on_cluster_changed();
  MonoTime step();
  asio::awaitable<void> fetch(client::FetchOrder order);
  asio::awaitable<client::DecompressedBatches> decompress(const protocol::FetchResponse& response);
  asio::awaitable<std::size_t> room_ahead(std::size_t given);
  asio::awaitable<void> resolve(std::vector<client::ResolveOrder> orders);

  const client::ConsumerSettings settings_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  client::Fetcher fetcher_;
  client::EventFd event_;
  Error cluster_trouble_{ErrorCode::none, {}};
  bool woken_ = false;
  bool whole_batches_ = false;  ///< of the last poll
  bool room_wanted_ = false;    ///< a fetch waits for room_

  Fetched fetched_;
  client::RecordsRead read_;
  std::unique_ptr<Chunk> finished_;  ///< into which the views of the last poll point
  Chunk* unfinished_ = nullptr;      ///< or this one, which is the fetcher's

  client::Background background_;
  client::AsyncEvent room_{background_.context()};  ///< there may be room to decompress ahead
  Cluster cluster_;
  client::Pump pump_;
};

Status Consumer::Impl::assign(std::span<const Assignment> partitions) {
  forget_last_poll();
  const Lock lock(mutex_);
  if (Status status = fetcher_.assign(partitions); !status) return status;
  event_.set(false);
  background_.post([this, topics = std::vector<Assignment>(partitions.begin(), partitions.end())] {
    for (const Assignment& assignment : topics) cluster_.want_topic(assignment.partition.topic);
  });
  wake();
  return {};
}

void Consumer::Impl::forget_last_poll() {
  fetched_ = {};
  finished_.reset();
  if (unfinished_) std::exchange(unfinished_, nullptr)->forget_read();
}

const Fetched& Consumer::Impl::poll(milliseconds timeout, bool whole_batches) {
  forget_last_poll();
  const MonoTime deadline = client::deadline_after(timeout);
  Lock lock(mutex_);
  fetcher_.make_room();
  whole_batches_ = whole_batches;
  while (!take_ready(lock)) {
    if (room_wanted_) wake();
    if (changed_.wait_until(lock, client::time_point(deadline), [&] { return fetcher_.has_ready(); })) continue;
    fetched_.error = cluster_trouble_.code != ErrorCode::none ? cluster_trouble_ : fetcher_.trouble();
    break;
  }
  return fetched_;
}

/// Fills `fetched_` with what is ready, if anything is.
bool Consumer::Impl::take_ready(Lock& lock) {
  while (const std::optional<client::Fetcher::Ready> ready = fetcher_.next_ready()) {
    fetched_.topic = ready->partition->topic;
    fetched_.partition = ready->partition->partition;
    fetched_.position = fetcher_.position(*ready->partition).value_or(kNoOffset);
    fetched_.error = ready->error;
    if (!ready->chunk) {
      event_.set(fetcher_.has_ready());
      return true;
    }
    const Offset before = ready->chunk->position();
    read(lock, *ready);
    if (fetched_.error.code != ErrorCode::none || fetched_.position > before) return true;
    fetched_ = {};
  }
  return false;
}

void Consumer::Impl::read(Lock& lock, const client::Fetcher::Ready& ready) {
  lock.unlock();
  const Status status =
      whole_batches_ ? ready.chunk->read_batches(read_) : ready.chunk->read(settings_.max_poll_records, read_);
  lock.lock();
  const client::PartitionEnds& ends = ready.chunk->ends();
  fetched_.records = read_.records;
  fetched_.batches = read_.batches;
  fetched_.batch_bytes = read_.batch_bytes;
  fetched_.position = ready.chunk->position();
  fetched_.high_watermark = ends.high_watermark;
  fetched_.last_stable_offset = ends.last_stable_offset;
  fetched_.log_start_offset = ends.log_start_offset;
  if (!status) fetched_.error = status.error();
  finished_ = fetcher_.advance(*ready.partition, status);
  unfinished_ = finished_ ? nullptr : ready.chunk;
  event_.set(fetcher_.has_ready());
  if (finished_ || room_wanted_) wake();
}

void Consumer::Impl::show_control_records(bool shown) {
  const Lock lock(mutex_);
  fetcher_.show_control_records(shown);
}

Status Consumer::Impl::seek(const TopicPartition& partition, Position position) {
  forget_last_poll();
  const Lock lock(mutex_);
  Status status = fetcher_.seek(partition, position);
  event_.set(fetcher_.has_ready());
  wake();
  return status;
}

Status Consumer::Impl::set_paused(const TopicPartition& partition, bool paused) {
  const Lock lock(mutex_);
  Status status = fetcher_.set_paused(partition, paused);
  event_.set(fetcher_.has_ready());
  wake();
  return status;
}

std::optional<Offset> Consumer::Impl::position(const TopicPartition& partition) const {
  const Lock lock(mutex_);
  return fetcher_.position(partition);
}

std::vector<ListedOffset> Consumer::Impl::list(const std::vector<OffsetQuery>& queries, milliseconds timeout) {
  const MonoTime deadline = client::work_deadline(timeout);
  const auto work = [this, queries, deadline] {
    return client::list_offsets(cluster_, queries, settings_.read_committed, deadline);
  };
  return background_.wait<std::vector<ListedOffset>>(work, client::deadline_after(timeout), [this, queries] {
    return client::failed_offsets(queries, cluster_.late());
  });
}

int Consumer::Impl::event_fd() {
  const Lock lock(mutex_);
  return event_.get();
}

/// Has the background look at once.
void Consumer::Impl::wake() {
  if (std::exchange(woken_, true)) return;
  background_.post([this] { pump_.run(); });
}

void Consumer::Impl::on_cluster_changed() {
  {
    const Lock lock(mutex_);
    cluster_trouble_ = cluster_.trouble();
  }
  pump_.run();
}

/// Fetches and resolves what can be now.
MonoTime Consumer::Impl::step() {
  client::FetchPlan plan;
  {
    const Lock lock(mutex_);
    woken_ = room_wanted_ = false;
    plan = fetcher_.plan(mono_now(), cluster_.metadata(), [this](NodeId node) { return cluster_.reachable(node); });
    event_.set(fetcher_.has_ready());
  }
  changed_.notify_all();
  room_.notify();
  cluster_.connect_wanted();
  if (plan.metadata_is_stale) cluster_.refresh();
  for (client::FetchOrder& order : plan.fetches) {
    asio::co_spawn(background_.context(), fetch(std::move(order)), asio::detached);
  }
  if (!plan.resolves.empty()) {
    asio::co_spawn(background_.context(), resolve(std::move(plan.resolves)), asio::detached);
  }
  return plan.next;
}

asio::awaitable<void> Consumer::Impl::fetch(client::FetchOrder order) {
  Error error{ErrorCode::network_exception, "the broker was lost"};
  bool stale = true;
  if (Connection* connection = cluster_.ready_connection(order.node)) {
    protocol::FetchRequest request = make_fetch(order, settings_);
    const int low = protocol::FetchRequest::kMinVersion, high = newest_version(order);
    auto reply = co_await cluster_.call(connection, std::move(request), {}, low, high);
    error = reply ? Error{ErrorCode::none, {}} : reply.error();
    client::DecompressedBatches ahead;
    if (reply) ahead = co_await decompress(reply->message);
    const Lock lock(mutex_);
    if (reply) {
      stale = fetcher_.done(order, reply->message, reply->body, mono_now(), cluster_.metadata(), std::move(ahead));
    }
  }
  if (error.code != ErrorCode::none) {
    const Lock lock(mutex_);
    fetcher_.failed(order, error, mono_now());
  }
  if (stale && !cluster_.stopping()) cluster_.refresh();
  pump_.run();
}

/// What the caller would do when he reads it, on this thread, which is another, as long as he has something else to
/// read.
asio::awaitable<client::DecompressedBatches> Consumer::Impl::decompress(const protocol::FetchResponse& response) {
  client::DecompressedBatches ahead;
  std::size_t given = 0;
  for (const auto& topic : response.responses) {
    for (const auto& partition : topic.partitions) {
      records::BatchReader batches(partition.records ? partition.records->bytes : base::BytesView());
      for (records::BatchView batch; batches.next(batch);) {
        if (batch.header.codec() == Codec::none) continue;
        const std::size_t room = co_await room_ahead(given);
        auto text = room > 0 ? client::decompress_ahead(batch, room) : nullptr;
        if (!text) co_return ahead;
        given += text->size();
        ahead.emplace(batch.bytes.data(), std::move(text));
      }
    }
  }
  co_return ahead;
}

/// How many bytes may be decompressed beside the `given` that are not handed over yet. Waits while that is little; 0 if
/// the caller has nothing else to read, or reads whole batches.
asio::awaitable<std::size_t> Consumer::Impl::room_ahead(std::size_t given) {
  while (!cluster_.stopping()) {
    {
      const Lock lock(mutex_);
      if (whole_batches_ || !fetcher_.has_ready()) co_return 0;
      const std::size_t room = fetcher_.room_ahead();
      if (room >= given + kLeastAhead) co_return room - given;
      room_wanted_ = true;
    }
    co_await room_.wait_until(base::MonoTime::never());
  }
  co_return 0;
}

asio::awaitable<void> Consumer::Impl::resolve(std::vector<client::ResolveOrder> orders) {
  std::vector<OffsetQuery> queries;
  queries.reserve(orders.size());
  for (const client::ResolveOrder& order : orders) queries.push_back(order.query);
  // One attempt: what fails waits on its own.
  const std::vector<ListedOffset> answers =
      co_await client::list_offsets(cluster_, std::move(queries), settings_.read_committed, mono_now());
  {
    const Lock lock(mutex_);
    for (std::size_t i = 0; i < orders.size(); ++i) fetcher_.resolved(orders[i], answers[i].info, mono_now());
  }
  pump_.run();
}

Result<Consumer> Consumer::create(const ClientConfig& config) {
  Result<client::ClientSettings> cluster = client::client_settings(config);
  if (!cluster) return cluster.error();
  const Result<client::ConsumerSettings> settings = client::consumer_settings(config);
  if (!settings) return settings.error();
  return Consumer(std::make_unique<Impl>(*settings, *std::move(cluster)));
}

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Consumer::Consumer(Consumer&&) noexcept = default;
Consumer& Consumer::operator=(Consumer&&) noexcept = default;
Consumer::~Consumer() = default;

Status Consumer::assign(std::span<const Assignment> partitions) { return impl_->assign(partitions); }
void Consumer::show_control_records(bool shown) { impl_->show_control_records(shown); }
const Fetched& Consumer::poll(milliseconds timeout) { return impl_->poll(timeout, false); }
const Fetched& Consumer::poll_batches(milliseconds timeout) { return impl_->poll(timeout, true); }
Status Consumer::seek(const TopicPartition& partition, Position position) { return impl_->seek(partition, position); }
Status Consumer::pause(const TopicPartition& partition) { return impl_->set_paused(partition, true); }
Status Consumer::resume(const TopicPartition& partition) { return impl_->set_paused(partition, false); }
std::optional<Offset> Consumer::position(const TopicPartition& partition) const { return impl_->position(partition); }

std::vector<ListedOffset> Consumer::list_offsets(std::span<const OffsetQuery> queries, milliseconds timeout) {
  return impl_->list({queries.begin(), queries.end()}, timeout);
}

std::vector<ListedOffset> Consumer::beginning_offsets(std::span<const TopicPartition> partitions,
                                                      milliseconds timeout) {
  std::vector<OffsetQuery> queries;
  for (const TopicPartition& partition : partitions) queries.push_back({partition, kBeginning});
  return impl_->list(queries, timeout);
}

std::vector<ListedOffset> Consumer::end_offsets(std::span<const TopicPartition> partitions, milliseconds timeout) {
  std::vector<OffsetQuery> queries;
  for (const TopicPartition& partition : partitions) queries.push_back({partition, kEnd});
  return impl_->list(queries, timeout);
}

std::vector<ListedOffset> Consumer::offsets_for_times(std::span<const TopicPartition> partitions, Timestamp time,
                                                      milliseconds timeout) {
  std::vector<OffsetQuery> queries;
  for (const TopicPartition& partition : partitions) queries.push_back({partition, OffsetSpec{time}});
  return impl_->list(queries, timeout);
}

int Consumer::event_fd() const { return impl_->event_fd(); }

}  // namespace kstream
